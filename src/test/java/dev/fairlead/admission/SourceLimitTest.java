package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.testkit.Allocations;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ensures that a source gets as many connections as it may, and that knowing sources has bounds.
 * Provoked by sources that come back, come by the thousand or are known elsewhere. A failure would
 * be one too many, one that is refused for nothing, or memory and time that grow with the sources.
 */
class SourceLimitTest {
  private static final InetAddress ALICE = Addresses.of("192.0.2.1");
  private static final InetAddress BOB = Addresses.of("192.0.2.2");

  private final SourceLimit limit = new SourceLimit("web");

  private static List<SourceCount> take(SourceLimit limit, InetAddress source, int times) {
    List<SourceCount> taken = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      taken.add(limit.tryTake(source));
    }
    assertThat(taken).doesNotContainNull();
    return taken;
  }

  private static List<String> heavy(SourceLimit limit) {
    List<String> heavy = new ArrayList<>();
    limit.forEachHeavy(one -> heavy.add(one.address().getHostAddress() + "=" + one.active()));
    return heavy;
  }

  @Test
  void eachSourceHasItsOwnLimitAndGetsBackWhatItReleases() {
    limit.configure(2, false);
    List<SourceCount> taken = take(limit, ALICE, 2);
    assertThat(limit.tryTake(ALICE)).isNull();
    take(limit, BOB, 2);
    taken.get(0).release();
    take(limit, ALICE, 1);
    assertThat(limit.tryTake(ALICE)).isNull();
    assertThat(limit.active(ALICE)).isEqualTo(2);
  }

  @Test
  void withoutALimitNobodyIsCountedNorRemembered() {
    List<SourceCount> before = take(limit, ALICE, 10);
    assertThat(limit.size()).isZero();
    limit.configure(2, false);
    take(limit, ALICE, 2);
    before.forEach(SourceCount::release);
    assertThat(limit.tryTake(ALICE)).isNull();
  }

  @Test
  void takingTheLimitAwayForgetsAll() {
    limit.configure(2, true);
    List<SourceCount> before = take(limit, ALICE, 2);
    limit.configure(0, true);
    assertThat(limit.size()).isZero();
    assertThat(heavy(limit)).isEmpty();
    take(limit, ALICE, 10);
    limit.configure(2, true);
    take(limit, ALICE, 2);
    before.forEach(SourceCount::release);
    assertThat(limit.active(ALICE)).isEqualTo(2);
  }

  @Test
  void changedLimitCutsNobodyOffAndCountsGoOn() {
    limit.configure(4, false);
    List<SourceCount> taken = take(limit, ALICE, 4);
    limit.configure(2, false);
    taken.get(0).release();
    taken.get(1).release();
    assertThat(limit.tryTake(ALICE)).isNull();
    limit.configure(3, false);
    take(limit, ALICE, 1);
    assertThat(limit.tryTake(ALICE)).isNull();
  }

  @Test
  void addressesAreTheSameHoweverTheyAreWritten() {
    limit.configure(2, true);
    take(limit, ALICE, 1);
    InetAddress mapped = Addresses.mapped(ALICE);
    assertThat(mapped.getAddress()).hasSize(16);
    take(limit, mapped, 1);
    assertThat(limit.tryTake(ALICE)).isNull();
    assertThat(limit.tryTake(mapped)).isNull();
    assertThat(heavy(limit)).containsExactly("192.0.2.1=2");
    take(limit, Addresses.of("2001:db8::1"), 2);
    assertThat(limit.tryTake(Addresses.of("2001:db8:0::1%1"))).isNull();
    take(limit, Addresses.of("2001:db8::2"), 2);
  }

  @Test
  void whoHasNoAddressIsNotCounted() {
    limit.configure(1, true);
    take(limit, null, 5).forEach(SourceCount::release);
    assertThat(limit.size()).isZero();
  }

  @Test
  void releasingTooOftenIsSaidAndChangesNothing() {
    limit.configure(1, false);
    SourceCount taken = limit.tryTake(ALICE);
    taken.release();
    assertThatThrownBy(taken::release).isInstanceOf(IllegalStateException.class);
    take(limit, ALICE, 1);
    assertThat(limit.tryTake(ALICE)).isNull();
  }

  @Test
  void knownSourceAllocatesNothing() {
    limit.configure(10, true);
    InetAddress v6 = Addresses.of("2001:db8::1");
    long allocated = Allocations.ofSecondRun(() -> comeAndGo(v6, 1000));
    // What the measuring itself takes, not a byte a connection.
    assertThat(allocated).isLessThan(1000);
  }

  private void comeAndGo(InetAddress v6, int times) {
    for (int i = 0; i < times; i++) {
      limit.tryTake(ALICE).release();
      limit.tryTake(v6).release();
    }
  }

  @Test
  void heavyOnesAreThoseWithAQuarterOfTheLimit() {
    limit.configure(8, true);
    List<SourceCount> taken = take(limit, ALICE, 1);
    assertThat(heavy(limit)).isEmpty();
    taken.addAll(take(limit, ALICE, 1));
    take(limit, BOB, 1);
    assertThat(heavy(limit)).containsExactly("192.0.2.1=2");
    taken.get(0).release();
    assertThat(heavy(limit)).isEmpty();
    take(limit, ALICE, 2);
    assertThat(heavy(limit)).containsExactly("192.0.2.1=3");
  }

  @Test
  void withASmallLimitEveryLiveSourceIsHeavy() {
    limit.configure(3, true);
    SourceCount taken = limit.tryTake(ALICE);
    assertThat(heavy(limit)).containsExactly("192.0.2.1=1");
    taken.release();
    assertThat(heavy(limit)).isEmpty();
  }

  @Test
  void heavyOnesFollowTheConfiguration() {
    limit.configure(100, true);
    take(limit, ALICE, 5);
    assertThat(heavy(limit)).isEmpty();
    limit.configure(20, true);
    assertThat(heavy(limit)).containsExactly("192.0.2.1=5");
    limit.configure(20, false);
    assertThat(heavy(limit)).isEmpty();
    limit.configure(20, true);
    assertThat(heavy(limit)).containsExactly("192.0.2.1=5");
    limit.configure(100, true);
    assertThat(heavy(limit)).isEmpty();
  }

  @Test
  void othersCountWithOwnOnes() {
    limit.configure(8, true);
    limit.others(ALICE, 6);
    take(limit, ALICE, 2);
    assertThat(limit.tryTake(ALICE)).isNull();
    limit.others(ALICE, 7);
    assertThat(limit.tryTake(ALICE)).isNull();
    limit.others(ALICE, 0);
    take(limit, ALICE, 6);
    assertThat(limit.tryTake(ALICE)).isNull();
    limit.others(BOB, Integer.MAX_VALUE);
    assertThat(limit.tryTake(BOB)).isNull();
  }

  @Test
  void othersDoNotCountWhereTheLimitIsTheMembersOwn() {
    limit.configure(2, false);
    limit.others(ALICE, 2);
    take(limit, ALICE, 2);
    limit.configure(4, true);
    limit.others(ALICE, 2);
    assertThat(limit.tryTake(ALICE)).isNull();
    limit.configure(4, false);
    take(limit, ALICE, 2);
    limit.configure(5, true);
    take(limit, ALICE, 1);
  }

  @Test
  void othersWithoutOwnConnectionsArePlacedWhereThereIsRoom() {
    SourceLimit small = new SourceLimit("web", 2);
    small.configure(4, true);
    take(small, Addresses.v4(1), 1);
    small.others(ALICE, 4);
    assertThat(small.tryTake(ALICE)).isNull();
    small.others(BOB, 4);
    assertThat(small.size()).isEqualTo(2);
    assertThat(small.active(Addresses.v4(1))).isEqualTo(1);
    small.others(ALICE, 0);
    small.others(BOB, 4);
    assertThat(small.tryTake(BOB)).isNull();
  }

  @Test
  void sourcesInUseStayWhileOthersPassThrough() {
    SourceLimit small = new SourceLimit("web", 1000);
    small.configure(2, true);
    for (int i = 0; i < 100; i++) {
      take(small, Addresses.v4(i), 1);
    }
    for (int i = 0; i < 20_000; i++) {
      small.tryTake(Addresses.v4(1000 + i)).release();
    }
    assertThat(small.size()).isEqualTo(1000);
    for (int i = 0; i < 100; i++) {
      assertThat(small.active(Addresses.v4(i))).isEqualTo(1);
    }
  }

  @Test
  void thoseThatAreUsedAgainAndAgainStay() {
    SourceLimit small = new SourceLimit("web", 1000);
    small.configure(2, true);
    List<SourceCount> first = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      SourceCount regular = small.tryTake(Addresses.v4(i % 100));
      regular.release();
      if (i < 100) {
        first.add(regular);
      }
      small.tryTake(Addresses.v4(1000 + i)).release();
    }
    // A fifth of all sources was used in the last 100 steps, half of them regulars. When all five
    // samples are of that fifth, which is so in 6 of 20,000 steps, every second time a regular
    // goes.
    assertThat(first).filteredOn(SourceCount::isEvicted).hasSizeLessThan(20);
  }

  @Test
  void whenAllHaveConnectionsOneIsForgottenAndItsHandleStillWorks() {
    SourceLimit small = new SourceLimit("web", 10);
    small.configure(2, true);
    List<SourceCount> taken = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      taken.addAll(take(small, Addresses.v4(i), 2));
    }
    assertThat(small.size()).isEqualTo(10);
    assertThat(heavy(small)).hasSize(10);
    for (int i = 0; i < 50; i++) {
      take(small, Addresses.v4(1000 + i), 1).forEach(SourceCount::release);
    }
    taken.forEach(SourceCount::release);
    assertThat(taken).allMatch(one -> one.active() == 0);
    assertThat(heavy(small)).isEmpty();
  }

  /** Without an order each lookup would go through all of them, which takes minutes. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void addressesOfOneHashAreFoundQuickly() {
    limit.configure(1, true);
    for (int i = 0; i < 100_000; i++) {
      take(limit, Addresses.v6OfOneHash(i), 1);
    }
    for (int i = 0; i < 100_000; i++) {
      assertThat(limit.tryTake(Addresses.v6OfOneHash(i))).isNull();
    }
    take(limit, Addresses.v6OfOneHash(100_000), 1);
    assertThat(limit.size()).isEqualTo(100_000);
  }
}
