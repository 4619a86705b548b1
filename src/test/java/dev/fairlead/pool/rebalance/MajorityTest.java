package dev.fairlead.pool.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MajorityTest {
  private static final Set<String> NONE = Set.of();
  private static final Set<String> ALL = Set.of("a", "b", "c");

  private final Majority majority = new Majority();

  private boolean observe(Set<String> members, Set<String> draining, int second) {
    return majority.observe(members, draining, Duration.ofSeconds(second).toNanos());
  }

  @Test
  void smallerPartOfASplitIsNone() {
    assertThat(observe(ALL, NONE, 0)).isTrue();
    assertThat(observe(Set.of("c"), NONE, 20)).isFalse();
    assertThat(observe(Set.of("c"), NONE, 80)).isFalse();
    assertThat(observe(ALL, NONE, 90)).isTrue();
  }

  @Test
  void biggerPartIsOneUntilHalfOfItIsLeft() {
    observe(ALL, NONE, 0);
    assertThat(observe(Set.of("a", "b"), NONE, 20)).isTrue();
    assertThat(observe(Set.of("a", "b"), NONE, 31)).isTrue();
    assertThat(observe(Set.of("a"), NONE, 40)).isFalse();
    assertThat(observe(Set.of("a", "b"), NONE, 50)).isTrue();
  }

  @Test
  void neitherOfTwoHalvesIsOne() {
    Set<String> four = Set.of("a", "b", "c", "d");
    Majority other = new Majority();
    observe(four, NONE, 0);
    other.observe(four, NONE, 0);
    long later = Duration.ofSeconds(20).toNanos();
    assertThat(observe(Set.of("a", "b"), NONE, 20)).isFalse();
    assertThat(other.observe(Set.of("c", "d"), NONE, later)).isFalse();
  }

  @Test
  void membersThatDrainedDoNotCount() {
    observe(ALL, NONE, 0);
    observe(ALL, Set.of("a", "b"), 10);
    assertThat(observe(Set.of("c"), NONE, 11)).isTrue();
  }

  @Test
  void whatIsLeftIsTheClusterAfterTenMinutes() {
    observe(ALL, NONE, 0);
    assertThat(observe(Set.of("c"), NONE, 20)).isFalse();
    observe(Set.of("c"), NONE, 620);
    assertThat(observe(Set.of("c"), NONE, 621)).isTrue();
  }

  @Test
  void sessionsOnTheirWayBackAreStillShared() {
    PoolHistory history = new PoolHistory();
    for (int i = 0; i < PoolHistory.SETTLED; i++) {
      assertThat(history.observe("view", NONE, 100)).isEmpty();
    }
    assertThat(history.observe("view", NONE, 80)).isEqualTo(OptionalLong.of(100));
    assertThat(history.observe("other", NONE, 80)).isEmpty();
    for (int i = 0; i < PoolHistory.WINDOW; i++) {
      history.observe("other", NONE, 80);
    }
    assertThat(history.observe("other", NONE, 80)).isEqualTo(OptionalLong.of(80));
  }

  @Test
  void backendThatIsDownIsAwaitedForTenMinutes() {
    PoolHistory history = new PoolHistory();
    for (int i = 0; i < PoolHistory.AWAITED; i++) {
      assertThat(history.observe("view", Set.of("b"), 100)).isEmpty();
    }
    assertThat(history.observe("view", Set.of("b"), 100)).isPresent();
    assertThat(history.observe("view", Set.of("b", "c"), 100)).isEmpty();
    assertThat(history.observe("view", NONE, 100)).isPresent();
    assertThat(history.observe("view", Set.of("b"), 100)).isEmpty();
  }
}
