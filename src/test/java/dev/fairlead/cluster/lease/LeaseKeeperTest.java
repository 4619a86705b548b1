package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Future;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ensures what one member does with each answer of the map. Provoked by a map whose calls the test
 * answers one by one. A failure would be a permit that is used and not held.
 */
class LeaseKeeperTest {
  private final FakeLeased web = new FakeLeased("web", 100).wanted(10);
  private final FakeLeaseContext map = new FakeLeaseContext();
  private final LeaseKeeper keeper = new LeaseKeeper(map, () -> List.of(web));

  private void tick(long millis) {
    map.pass(millis);
    keeper.tick();
  }

  @Test
  void permitsAreAllowedOnlyAfterTheMapHasThem() {
    tick(100);
    map.gets.poll().complete(null);
    assertThat(web.allowed()).isZero();
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isEqualTo(23);
  }

  @Test
  void lateAnswerAllowsNothingBeforeAnotherWrite() {
    tick(100);
    map.gets.poll().complete(null);
    String held = map.after;
    map.clock.pass(LeaseReclaimer.SETTLING);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isZero();
    tick(100);
    map.gets.poll().complete(held);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isEqualTo(23);
  }

  @Test
  @Logs("can't be read or written")
  void writeWithoutAnAnswerCannotSucceedAfterTheNextOne() {
    tick(100);
    map.gets.poll().complete(null);
    map.swaps.poll().complete(true);
    String held = map.after;
    web.wanted(0);
    tick(100);
    tick(1_000);
    map.gets.poll().complete(held);
    assertThat(map.before).isEqualTo(held);
    assertThat(web.allowed()).isEqualTo(13);
    map.swaps.poll().fail("no answer");
    web.wanted(20);
    tick(100);
    map.gets.poll().complete(held);
    assertThat(web.allowed()).isEqualTo(13);
    long version = LeaseEntry.parse(held).version();
    assertThat(LeaseEntry.parse(map.after).version()).isEqualTo(version + 1);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isEqualTo(33);
  }

  /** An event loop may take a permit by the allowance it read before that was lowered. */
  @Test
  void permitTakenWhileTheAllowanceIsLoweredIsNoLostRow() {
    tick(100);
    map.gets.poll().complete(null);
    map.swaps.poll().complete(true);
    web.wanted(0);
    tick(100);
    tick(1_000);
    map.gets.poll().complete(map.after);
    assertThat(web.allowed()).isEqualTo(13);
    web.inUse(14);
    map.swaps.poll().complete(true);
    web.wanted(20);
    tick(100);
    map.gets.poll().complete(map.after);
    LeaseEntry written = LeaseEntry.parse(map.after);
    assertThat(written.repairMark()).isZero();
    assertThat(written.row("a").held()).isGreaterThanOrEqualTo(34);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isEqualTo(written.row("a").held());
  }

  @Test
  void peersAreAskedForSurplusWhileDemandIsUnmet() {
    String all = LeaseEntry.NONE.with("b", new LeaseRow(100, 20, 0)).next(1).encode();
    tick(100);
    map.gets.poll().complete(all);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isZero();
    assertThat(map.asked).containsExactly("web");
    keeper.requested("web");
    keeper.requested("other");
    assertThat(map.gets).isEmpty();
    map.pass(20);
    map.scheduled.remove().run();
    assertThat(map.gets).hasSize(1);
  }

  @Test
  void stopRemovesTheRowAndWaitsForIt() {
    tick(100);
    map.gets.poll().complete(null);
    map.swaps.poll().complete(true);
    String held = map.after;
    Future<Void> stopped = keeper.stop();
    assertThat(web.allowed()).isZero();
    map.gets.poll().complete(held);
    assertThat(map.after).isNull();
    assertThat(stopped.isComplete()).isFalse();
    map.swaps.poll().complete(true);
    assertThat(stopped.succeeded()).isTrue();
  }

  @Test
  @Logs("can't be read or written")
  void stopDoesNotWaitForAMapThatDoesNotAnswer() {
    tick(100);
    Future<Void> stopped = keeper.stop();
    map.gets.poll().fail("no answer");
    assertThat(stopped.succeeded()).isTrue();
  }

  @Test
  void missingRowIsLostAlsoWhenMoreIsInUseThanAllowed() {
    tick(100);
    map.gets.poll().complete(null);
    map.swaps.poll().complete(true);
    web.inUse(20).wanted(0).limit(10);
    tick(100);
    map.gets.poll().complete(map.after);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isLessThanOrEqualTo(10);
    assertThat(LeaseEntry.parse(map.after).row("a").held()).isEqualTo(20);
    tick(1_000);
    map.gets.poll().complete(null);
    LeaseEntry written = LeaseEntry.parse(map.after);
    assertThat(written.repairMark()).isNotZero();
    assertThat(written.row("a").held()).isEqualTo(20);
  }

  @Test
  void oneRefreshOfAKeyIsPendingAndLostRacesAreLimited() {
    tick(100);
    tick(100);
    assertThat(map.gets).hasSize(1);
    for (int i = 0; i < 10; i++) {
      map.gets.poll().complete(null);
      map.swaps.poll().complete(false);
    }
    assertThat(map.gets).isEmpty();
    assertThat(web.allowed()).isZero();
    tick(100);
    assertThat(map.gets).hasSize(1);
  }
}
