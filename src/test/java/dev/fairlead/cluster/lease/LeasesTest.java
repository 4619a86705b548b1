package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.admission.Leased;
import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import dev.fairlead.cluster.node.LoneNode;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowContext.RowTraffic;
import dev.fairlead.cluster.rows.RowOutage;
import dev.fairlead.cluster.rows.SharedNodes;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures how many permits of a limit each member may use. Provoked by members on one Vert.x whose
 * clocks and ticks the test drives. A failure would be a limit that is exceeded, permits that no
 * member can use, or a member that starves.
 */
class LeasesTest {
  private static final String KEY = "listener/web/connections";

  private final Vertx vertx = Vertx.vertx();
  private final SharedNodes nodes = new SharedNodes(vertx);
  private final List<Member> all = new ArrayList<>();

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  private final class Member {
    private final OnContext context = new OnContext(vertx);
    private final FakeClock clock = new FakeClock();
    private final FakeLeased web = new FakeLeased(KEY, 100);
    private final List<Leased> leased = new CopyOnWriteArrayList<>(List.of(web));
    private final SharedNodes.Node node;
    private final Leases leases;

    private Member(String id) {
      node = nodes.join(id);
      leases =
          new Leases(
              new RowContext(node, clock, clock.running(), new RowTraffic(), new RowOutage()),
              () -> leased);
      node.listen(leases);
      context.call(leases::open);
      all.add(this);
    }

    private void tick() {
      context.run(leases::tick);
    }

    private LeaseRow row() {
      return LeaseEntry.parse(OnContext.done(map().get(KEY))).row(node.id());
    }
  }

  private AsyncMap<String, String> map() {
    return OnContext.done(vertx.sharedData().<String, String>getAsyncMap(Leases.SharedLeases.MAP));
  }

  private void join(String... ids) {
    for (String id : ids) {
      new Member(id);
    }
  }

  private Member member(int index) {
    return all.get(index);
  }

  /** Time passes for all present members, tick by tick. */
  private void pass(long millis) {
    for (long passed = 0; passed < millis; passed += LeaseKeeper.TICK_MILLIS) {
      for (Member each : all) {
        each.clock.pass(Duration.ofMillis(LeaseKeeper.TICK_MILLIS));
        each.tick();
      }
    }
  }

  @Test
  void singleMemberMayUseTheWholeLimit() {
    FakeLeased web = new FakeLeased(KEY, 100).wanted(100);
    Leases leases = new Leases(RowContext.of(new LoneNode(vertx), () -> false), () -> List.of(web));
    new OnContext(vertx).call(leases::start);
    await().until(() -> web.allowed() == 100);
    web.inUse(100).wanted(1);
    leases.needed(web);
    await().until(web::isExhausted);
    web.inUse(99);
    await().until(() -> !web.isExhausted());
    OnContext.done(leases.stop());
    assertThat(web.allowed()).isZero();
    assertThat(OnContext.done(map().get(KEY))).isNull();
  }

  @Test
  void idleMembersHoldASpare() {
    join("a", "b", "c");
    pass(2_000);
    assertThat(all).allMatch(each -> each.web.allowed() == 9);
  }

  @Test
  void unmetDemandIsGrantedThePeersSurplus() {
    join("a", "b", "c");
    pass(2_000);
    member(1).web.inUse(3);
    member(0).web.wanted(200);
    pass(300);
    assertThat(member(0).web.allowed()).isEqualTo(97);
    assertThat(member(1).web.allowed()).isEqualTo(3);
    assertThat(member(2).web.allowed()).isZero();
  }

  @Test
  void onlyPermitGoesToTheMemberWithDemand() {
    join("a", "b", "c");
    all.forEach(each -> each.web.limit(1));
    pass(2_000);
    assertThat(all.stream().mapToInt(each -> each.web.allowed()).sum()).isEqualTo(1);
    for (Member each : all) {
      each.web.wanted(1);
      pass(300);
      assertThat(each.web.allowed()).isEqualTo(1);
      each.web.wanted(0);
    }
  }

  @Test
  void rateIsSplitByDemand() {
    join("a", "b");
    member(0).web.wanted(150);
    pass(200);
    assertThat(member(0).web.allowed()).isEqualTo(100);
    member(1).web.wanted(50);
    pass(400);
    assertThat(all).extracting(each -> each.web.allowed()).containsExactly(75, 25);
    member(0).web.wanted(10);
    pass(400);
    assertThat(all).extracting(each -> each.web.allowed()).containsExactly(23, 63);
  }

  @Test
  void surplusIsGivenBackAfterASecond() {
    join("a", "b");
    member(0).web.wanted(80);
    pass(200);
    assertThat(member(0).web.allowed()).isGreaterThanOrEqualTo(80);
    member(0).web.wanted(0);
    pass(800);
    assertThat(member(0).web.allowed()).isGreaterThanOrEqualTo(80);
    pass(500);
    assertThat(member(0).web.allowed()).isEqualTo(13);
  }

  /** Member c uses 40 permits, and a wants all. */
  private void joinWithTheThirdInUse() {
    join("a", "b", "c");
    member(2).web.wanted(40);
    pass(200);
    member(2).web.inUse(40).wanted(0);
    member(0).web.wanted(100);
    pass(500);
    assertThat(member(0).web.allowed()).isLessThanOrEqualTo(60);
  }

  @Test
  void permitsOfADeadMemberAreFreeAfterTheSettlingTime() {
    joinWithTheThirdInUse();
    all.remove(2);
    nodes.leave("c");
    pass(1_900);
    assertThat(member(0).web.allowed()).isLessThanOrEqualTo(60);
    pass(500);
    assertThat(member(0).web.allowed()).isEqualTo(100);
  }

  @Test
  @Logs("LeaseReclaimer - only 1 of 3 members")
  void minorityFreesNothingForAMinute() {
    joinWithTheThirdInUse();
    all.subList(1, 3).clear();
    nodes.leave("b");
    nodes.leave("c");
    pass(59_000);
    assertThat(member(0).web.allowed()).isLessThanOrEqualTo(60);
    pass(2_000);
    assertThat(member(0).web.allowed()).isEqualTo(100);
  }

  @Test
  void whenPartsMeetNoConnectionIsCutAndNothingIsGrantedAboveTheLimit() {
    join("a", "b");
    Member back = member(1);
    back.web.wanted(60);
    pass(200);
    back.web.inUse(60).wanted(0);
    nodes.leave("b");
    all.remove(1);
    member(0).web.wanted(70);
    pass(3_000);
    member(0).web.inUse(70).wanted(0);
    nodes.back(back.node);
    all.add(back);
    pass(1_500);
    member(0).web.wanted(5);
    pass(5_000);
    assertThat(back.row().held()).isEqualTo(60);
    assertThat(member(0).row().held()).isEqualTo(70);
    assertThat(back.web.allowed() + member(0).web.allowed())
        .as("whoever leaves is not replaced")
        .isLessThanOrEqualTo(100);
    assertThat(member(0).web.isExhausted()).isTrue();
    back.web.inUse(25);
    pass(1_000);
    assertThat(member(0).web.allowed()).isEqualTo(75);
  }

  @Test
  void lostEntryIsWrittenAgainWithThePermitsInUse() {
    join("a", "b");
    member(0).web.wanted(40);
    pass(200);
    member(0).web.inUse(30).wanted(0);
    OnContext.done(map().remove(KEY));
    pass(1_100);
    assertThat(member(0).row().held()).isEqualTo(30);
    assertThat(member(0).web.allowed()).isEqualTo(30);
    pass(4_000);
    assertThat(member(0).web.allowed()).isGreaterThan(30);
  }

  @Test
  void lostEntryIsRestoredWithThePeersRowsAndNothingIsGrantedMeanwhile() {
    join("a", "b", "c");
    member(1).web.wanted(40);
    pass(300);
    member(1).web.inUse(40).wanted(0);
    pass(1_200);
    OnContext.done(map().remove(KEY));
    Member silent = all.remove(1);
    member(0).web.inUse(1);
    pass(1_200);
    assertThat(silent.row().held()).isEqualTo(49);
    member(1).web.wanted(100);
    pass(1_000);
    assertThat(member(1).web.allowed()).isLessThanOrEqualTo(9);
    all.add(1, silent);
    pass(3_000);
    assertThat(member(2).web.allowed()).isEqualTo(59);
    assertThat(silent.row().held()).isEqualTo(40);
  }

  @Test
  void malformedEntryIsReplaced() {
    OnContext.done(map().put(KEY, "{\"rows\": 7}"));
    join("a");
    pass(200);
    assertThat(member(0).web.allowed()).isEqualTo(100);
  }

  @Test
  void loweredLimitLeavesPermitsInUse() {
    join("a", "b");
    member(0).web.wanted(80);
    pass(200);
    member(0).web.inUse(80).wanted(0);
    all.forEach(each -> each.web.limit(50));
    pass(1_500);
    assertThat(member(0).row().held()).isEqualTo(80);
    assertThat(member(0).web.allowed()).as("whoever leaves is not replaced").isEqualTo(50);
    assertThat(member(1).web.allowed()).isZero();
    member(0).web.inUse(30);
    pass(1_500);
    assertThat(member(0).web.allowed()).isBetween(30, 40);
    assertThat(member(0).row().held()).isEqualTo(member(0).web.allowed());
  }

  @Test
  void removedLimitLeavesNoEntry() {
    join("a", "b");
    pass(1_500);
    member(0).web.limit(0);
    member(1).leased.clear();
    pass(300);
    assertThat(OnContext.done(map().get(KEY))).isNull();
    assertThat(member(1).web.allowed()).isZero();
    member(0).web.limit(100);
    pass(300);
    assertThat(member(0).web.allowed()).isPositive();
  }

  @Test
  void anotherObjectForTheSameKeyTakesOver() {
    join("a");
    pass(200);
    FakeLeased next = new FakeLeased(KEY, 100);
    member(0).leased.set(0, next);
    pass(100);
    assertThat(next.allowed()).isEqualTo(100);
    assertThat(member(0).web.allowed()).isZero();
  }

  /** Without it, a member that retakes each permit it frees would keep all for ever. */
  @Test
  void memberWithAllPermitsMakesRoomForAStarvingOne() {
    join("a", "b");
    member(0).web.wanted(100);
    pass(300);
    member(0).web.inUse(100).wanted(50);
    pass(300);
    member(1).web.wanted(20);
    pass(300);
    assertThat(member(0).web.allowed()).as("nobody is cut off").isBetween(85, 92);
    assertThat(member(1).web.allowed()).isZero();
    member(0).web.inUse(95);
    pass(300);
    assertThat(member(1).web.allowed()).isEqualTo(5);
  }

  @Test
  void stoppingMemberGivesAllPermitsBack() {
    join("a", "b");
    member(0).web.wanted(90);
    pass(200);
    OnContext.done(member(0).leases.stop());
    assertThat(member(0).row()).isEqualTo(LeaseRow.NONE);
    assertThat(member(0).web.allowed()).isZero();
    member(1).web.wanted(100);
    pass(200);
    assertThat(member(1).web.allowed()).isEqualTo(100);
    OnContext.done(member(0).leases.stop());
  }
}
