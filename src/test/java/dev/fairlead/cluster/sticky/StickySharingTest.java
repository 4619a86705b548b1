package dev.fairlead.cluster.sticky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.ClusteredNode;
import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowContext.RowTraffic;
import dev.fairlead.cluster.rows.RowOutage;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.pool.Pools;
import dev.fairlead.pool.sticky.KeptSource;
import dev.fairlead.pool.sticky.StickyTable;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.PoolConfigs;
import dev.fairlead.testkit.PoolSettings;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that all members of a cluster know which backend a source keeps. Provoked by clustered
 * Vert.x that choose, crash and join. A failure would be a source that a member does not know, or
 * two that differ.
 */
@Logs("Hazelcast instance is not active")
class StickySharingTest {
  private static final String BACKEND = "127.0.0.1:9001";
  private static final String OTHER = "127.0.0.1:9002";

  private final String cluster = "sticky-" + UUID.randomUUID();
  private Member a;
  private Member b;

  @BeforeEach
  void join() {
    a = new Member(null);
    b = new Member(a.node);
    await().until(() -> a.node.nodes().size() == 2 && b.node.nodes().size() == 2);
    a.start();
    b.start();
  }

  @AfterEach
  void close() {
    List.of(b, a).forEach(member -> member.node.close());
  }

  private final class Member {
    private final ClusteredNode node;
    private final OnContext context;
    private final Pools pools =
        Pools.NONE.next(List.of(sticky(PoolConfigs.pool("web", 9001, 9002))));
    private final StickySharing sharing;

    private Member(ClusteredNode seed) {
      node = ClusteredNode.join(cluster, seed);
      context = new OnContext(node.vertx());
      FakeClock clock = new FakeClock();
      sharing =
          new StickySharing(
              new RowContext(node, clock, clock.running(), new RowTraffic(), new RowOutage()),
              pools::all);
    }

    private void start() {
      context.call(sharing::start);
    }

    private StickyTable table() {
      return pools.pool("web").sticky();
    }

    private void session(int source, String backend) {
      table().keep(source(source), table().find(source(source)), backend);
    }

    private String backend(int source) {
      KeptSource kept = table().find(source(source));
      return kept == null ? null : kept.backend();
    }
  }

  private static PoolConfig sticky(PoolConfig plain) {
    return PoolSettings.sticky(plain, Stickiness.DEFAULT);
  }

  private static InetAddress source(int index) {
    try {
      return InetAddress.getByAddress(
          new byte[] {10, (byte) (index >> 16), (byte) (index >> 8), (byte) index});
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Test
  void allMembersKnowWhatASourceKeeps() {
    a.session(1, BACKEND);
    await().until(() -> BACKEND.equals(b.backend(1)));
    b.session(1, OTHER);
    await().until(() -> OTHER.equals(a.backend(1)));
  }

  @Test
  void twoChoicesAtOneTimeBecomeOne() {
    IntStream.range(0, 50).forEach(i -> a.session(i, BACKEND));
    IntStream.range(0, 50).forEach(i -> b.session(i, OTHER));
    await().until(() -> IntStream.range(0, 50).allMatch(i -> a.backend(i).equals(b.backend(i))));
  }

  @Test
  void aNewMemberLearnsAllEvenWhatADeadOneChose() {
    IntStream.range(0, 3_000).forEach(i -> b.session(i, BACKEND));
    await().until(() -> a.table().count() == 3_000);
    b.node.crash();
    await().until(() -> a.node.nodes().size() == 1);
    b.node.close();
    b = new Member(a.node);
    b.start();
    await().until(() -> b.table().count() == 3_000);
    assertThat(b.backend(2_999)).isEqualTo(BACKEND);
  }

  @Test
  void whatIsNoMessageIsIgnored() {
    for (Object body :
        List.of(
            "text",
            Buffer.buffer("{"),
            Buffer.buffer("{\"member\": 1}"),
            Buffer.buffer("{\"member\":\"x\",\"pool\":\"web\",\"kept\":[1,[],[\"a\",\"b\",1,1]]}"),
            Buffer.buffer("{\"member\":\"x\",\"pool\":\"web\",\"kept\":[[1,2,\"a\",[]]]}"))) {
      assertThatCode(() -> StickyMessage.parse(body)).doesNotThrowAnyException();
      a.node.vertx().eventBus().publish(StickySharing.ADDRESS, body);
    }
    a.session(1, BACKEND);
    await().until(() -> BACKEND.equals(b.backend(1)));
    assertThat(b.table().count()).isEqualTo(1);
  }
}
