package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.ClusteredNode;
import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowContext.RowTraffic;
import dev.fairlead.cluster.rows.RowOutage;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.PoolConfigs;
import io.vertx.core.Handler;
import io.vertx.core.eventbus.DeliveryContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the members of a real cluster know each other's counts, and that the counts of no
 * member outlive it. Provoked by three clustered Vert.x that count, crash, hang or lose messages. A
 * failure would be counts that differ or leak.
 */
@Logs("Hazelcast instance is not active")
class ClusteredLoadsTest {

  private final String cluster = "rows-" + UUID.randomUUID();
  private Member a;
  private Member b;
  private Member c;

  @BeforeEach
  void join() {
    a = new Member("a", null);
    b = new Member("b", a.node);
    c = new Member("c", a.node);
    await().until(() -> a.node.nodes().size() == 3 && b.node.nodes().size() == 3);
  }

  @AfterEach
  void close() {
    List.of(c, b, a).forEach(member -> member.node.close());
  }

  private final class Member implements Membership.MembershipListener {
    private final ClusteredNode node;
    private final OnContext context;
    private final FakeClock clock = new FakeClock();
    private final Pools pools = Pools.NONE.next(List.of(PoolConfigs.pool("web", 9001, 9002)));
    private final CountTable<Pool> table;
    private final Membership membership;

    private Member(String name, ClusteredNode seed) {
      node = ClusteredNode.join(cluster, seed);
      context = new OnContext(node.vertx());
      RowContext place =
          new RowContext(node, clock, clock.running(), new RowTraffic(), new RowOutage());
      table = CountTable.ofBackends(place, pools::all);
      membership = new Membership(place, () -> info(name), this);
      node.listen(new Both(table.rows(), membership.rows()));
    }

    private MemberInfo info(String name) {
      return new MemberInfo(
          node.id(), name, node.address(), "0.1.0", Instant.EPOCH, 1, 0, true, false);
    }

    private Backend backend(int index) {
      return pools.pool("web").backends().get(index);
    }

    private void select(int index, int times) {
      for (int i = 0; i < times; i++) {
        backend(index).trySelect();
      }
    }

    /** Takes part, its timers driven by the test. */
    private void open() {
      context.call(table.rows()::open);
    }

    private void tick() {
      context.run(table.rows()::tick);
    }

    private void second() {
      context.run(table.rows()::second);
    }

    private void sees(int first, int second) {
      await()
          .untilAsserted(
              () ->
                  assertThat(List.of(backend(0).clusterActive(), backend(1).clusterActive()))
                      .containsExactly(first, second));
    }

    private void seesMembers(String... names) {
      await()
          .untilAsserted(
              () ->
                  assertThat(membership.members())
                      .extracting(MemberInfo::name)
                      .containsExactly(names));
    }

    @Override
    public void joined(MemberInfo member) {}

    @Override
    public void left(MemberInfo member) {}
  }

  private record Both(ClusterNode.NodeChanges one, ClusterNode.NodeChanges other)
      implements ClusterNode.NodeChanges {
    @Override
    public void joined(String node) {
      one.joined(node);
      other.joined(node);
    }

    @Override
    public void left(String node) {
      one.left(node);
      other.left(node);
    }

    @Override
    public void merged() {
      one.merged();
      other.merged();
    }
  }

  @Test
  void countsAddUpOnEachMemberAndThoseOfACrashedMemberAreDropped() {
    List<Member> all = List.of(a, b, c);
    all.forEach(member -> member.context.call(member.table::start));
    all.forEach(member -> member.context.call(() -> member.membership.enter("web")));
    a.select(0, 3);
    b.select(0, 2);
    c.select(1, 5);
    all.forEach(member -> member.sees(5, 5));
    all.forEach(member -> member.seesMembers("web", "web-2", "web-3"));
    c.node.crash();
    List.of(a, b).forEach(member -> member.sees(5, 0));
    List.of(a, b).forEach(member -> member.seesMembers("web", "web-2"));
    a.backend(0).released();
    b.sees(4, 0);
    OnContext.done(b.table.stop());
    a.sees(2, 0);
    assertThat(a.table.viewAgeSeconds()).isZero();
  }

  @Test
  void lostChangeIsRepairedAndASilentMemberIsDroppedUntilItsNextMessage() {
    Handler<DeliveryContext<Object>> lost = message -> {};
    List.of(a, b).forEach(Member::open);
    awaitThatBHearsA();
    a.select(0, 1);
    a.tick();
    b.sees(1, 0);
    a.select(0, 1);
    a.node.vertx().eventBus().addOutboundInterceptor(lost);
    a.tick();
    a.node.vertx().eventBus().removeOutboundInterceptor(lost);
    a.second();
    b.second();
    b.sees(2, 0);
    b.clock.pass(Duration.ofSeconds(2));
    assertThat(b.table.viewAgeSeconds()).isEqualTo(2);
    b.clock.pass(Duration.ofSeconds(1));
    b.second();
    b.sees(0, 0);
    a.second();
    a.select(1, 1);
    a.tick();
    // The change alone is not believed, and the row it makes b read may not be stored yet: the read
    // of the next second finds it.
    await()
        .untilAsserted(
            () -> {
              b.second();
              assertThat(List.of(b.backend(0).clusterActive(), b.backend(1).clusterActive()))
                  .containsExactly(2, 1);
            });
  }

  /** What is published before a subscription is known everywhere is lost, as hints may be. */
  private void awaitThatBHearsA() {
    b.clock.pass(Duration.ofSeconds(1));
    b.tick();
    assertThat(b.table.viewAgeSeconds()).isEqualTo(1);
    await()
        .until(
            () -> {
              a.clock.pass(Duration.ofSeconds(1));
              a.second();
              b.tick();
              return b.table.viewAgeSeconds() == 0;
            });
  }
}
