package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.admission.SourceCount;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowContext.RowTraffic;
import dev.fairlead.cluster.rows.RowOutage;
import dev.fairlead.cluster.rows.SharedNodes;
import io.netty.util.NetUtil;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a source has one limit for all members, and that the counts of no member outlive it.
 * Provoked by members on one Vert.x whose clocks and timers the test drives. A failure would be a
 * source with too many connections, or one that is refused for nothing.
 */
class SourceCountTableTest {
  private static final InetAddress ALICE = address("192.0.2.1");
  private static final InetAddress BOB = address("2001:db8::2");

  private final Vertx vertx = Vertx.vertx();
  private final SharedNodes nodes = new SharedNodes(vertx);

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  private static InetAddress address(String text) {
    return NetUtil.createInetAddressFromIpAddressString(text);
  }

  private final class Member {
    private final OnContext context = new OnContext(vertx);
    private final FakeClock clock = new FakeClock();
    private final List<SourceLimit> limits = new ArrayList<>();
    private final SharedNodes.Node node;
    private final CountTable<SourceLimit> table;

    private Member(String id, int max) {
      node = nodes.join(id);
      limits.add(limit("web", max));
      table =
          CountTable.ofSources(
              new RowContext(node, clock, clock.running(), new RowTraffic(), new RowOutage()),
              () -> List.copyOf(limits));
      node.listen(table.rows());
    }

    private SourceLimit web() {
      return limits.get(0);
    }

    private Member open() {
      context.call(table.rows()::open);
      return this;
    }

    private Member tick() {
      context.run(table.rows()::tick);
      return this;
    }

    private void second() {
      context.run(table.rows()::second);
    }

    private List<SourceCount> take(InetAddress source, int times) {
      List<SourceCount> taken = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        taken.add(web().tryTake(source));
      }
      assertThat(taken).doesNotContainNull();
      return taken;
    }

    /** Waits until the source could have that many more here, and no more. */
    private void has(InetAddress source, int room) {
      await().untilAsserted(() -> assertThat(room(source)).isEqualTo(room));
    }

    private int room(InetAddress source) {
      List<SourceCount> taken = new ArrayList<>();
      SourceCount next = web().tryTake(source);
      while (next != null) {
        taken.add(next);
        next = web().tryTake(source);
      }
      taken.forEach(SourceCount::release);
      return taken.size();
    }
  }

  private static SourceLimit limit(String listener, int max) {
    SourceLimit limit = new SourceLimit(listener);
    limit.configure(max, true);
    return limit;
  }

  @Test
  void sourceHasOneLimitForAllMembersUntilOneRemovesItsRow() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    List<SourceCount> taken = a.take(ALICE, 4);
    a.tick();
    b.has(ALICE, 4);
    b.take(ALICE, 4);
    assertThat(b.web().tryTake(ALICE)).isNull();
    assertThat(b.room(BOB)).isEqualTo(8);
    b.tick();
    a.has(ALICE, 0);
    taken.remove(0).release();
    a.tick();
    b.has(ALICE, 1);
    OnContext.done(a.table.stop());
    b.has(ALICE, 4);
  }

  @Test
  void wholeLimitIsFreeOnceAMemberHasLeft() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    a.take(ALICE, 8);
    a.tick();
    b.has(ALICE, 0);
    nodes.leave("a");
    b.has(ALICE, 8);
  }

  @Test
  void withinOneIntervalMembersDoNotKnowOfEachOther() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    a.take(ALICE, 8);
    b.take(ALICE, 8);
    a.tick();
    b.tick();
    a.has(ALICE, 0);
    b.has(ALICE, 0);
  }

  @Test
  void fewerThanAQuarterOfTheLimitAreNotShared() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    List<SourceCount> taken = a.take(ALICE, 2);
    a.tick();
    b.has(ALICE, 6);
    taken.get(0).release();
    a.tick();
    b.has(ALICE, 8);
  }

  @Test
  void newMemberKnowsThePeersCountsAtOnce() {
    Member a = new Member("a", 8);
    a.take(ALICE, 5);
    a.take(BOB, 3);
    a.open();
    Member b = new Member("b", 8).open();
    assertThat(b.room(ALICE)).isEqualTo(3);
    assertThat(b.room(BOB)).isEqualTo(5);
  }

  @Test
  void silentMemberIsDroppedAfterThreeSecondsUntilItsNextMessage() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    a.take(ALICE, 8);
    a.tick();
    b.has(ALICE, 0);
    b.clock.pass(Duration.ofMillis(2_999));
    b.tick();
    assertThat(b.room(ALICE)).isZero();
    b.clock.pass(Duration.ofMillis(1));
    b.tick();
    assertThat(b.room(ALICE)).isEqualTo(8);
    a.second();
    b.second();
    b.has(ALICE, 0);
  }

  @Test
  void limitOfMemberScopeNeitherSharesNorFollowsCounts() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    b.web().configure(8, false);
    a.take(ALICE, 8);
    b.take(BOB, 8);
    a.tick();
    b.tick();
    assertThat(b.room(ALICE)).isEqualTo(8);
    assertThat(a.room(BOB)).isEqualTo(8);
    b.web().configure(8, true);
    b.tick();
    b.second();
    b.has(ALICE, 0);
    a.has(BOB, 0);
    b.web().configure(8, false);
    b.tick();
    a.has(BOB, 8);
  }

  @Test
  void listenersHaveSeparateLimits() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    SourceLimit mail = limit("mail", 8);
    a.limits.add(mail);
    b.limits.add(limit("mail", 8));
    a.take(ALICE, 8);
    assertThat(mail.tryTake(BOB)).isNotNull();
    assertThat(mail.tryTake(BOB)).isNotNull();
    a.tick();
    b.has(ALICE, 0);
    assertThat(b.room(BOB)).isEqualTo(8);
  }

  @Test
  void removedListenerIsSharedNoMoreAndANewOneKnowsThePeersAtOnce() {
    Member a = new Member("a", 8).open();
    Member b = new Member("b", 8).open();
    a.take(ALICE, 8);
    a.tick();
    b.has(ALICE, 0);
    SourceLimit old = b.limits.set(0, limit("web", 10));
    b.context.run(b.table::changed);
    assertThat(b.room(ALICE)).isEqualTo(2);
    assertThat(old.tryTake(ALICE)).isNotNull();
    a.limits.set(0, limit("mail", 8));
    a.tick();
    b.has(ALICE, 10);
  }

  @Test
  void leasesInTheSameMapAreNoRows() {
    AsyncMap<String, String> map =
        OnContext.done(vertx.sharedData().<String, String>getAsyncMap(CountTable.SOURCES.map()));
    String lease = "{\"seq\":1,\"fields\":{\"web/192.0.2.1\":8}}";
    OnContext.done(map.put("listener/web/connections", lease));
    Member a = new Member("a", 8).open();
    a.second();
    assertThat(a.room(ALICE)).isEqualTo(8);
    OnContext.done(a.table.stop());
    assertThat(OnContext.done(map.keys())).containsExactly("listener/web/connections");
  }
}
