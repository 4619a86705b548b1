package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.testkit.Logs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ensures when the permits of departed members are freed, and when grants pause. */
class LeaseReclaimerTest {
  private final FakeClock clock = new FakeClock();
  private final LeaseReclaimer reclaimer = new LeaseReclaimer(clock, clock.running());

  @BeforeEach
  void threeMembers() {
    nodes("a", "b", "c");
  }

  private void nodes(String... ids) {
    reclaimer.observe(List.of(ids));
  }

  private void pass(Duration time) {
    clock.pass(time);
    reclaimer.freeDeparted();
  }

  @Test
  void departedMemberIsFreedAfterTheSettlingTime() {
    nodes("a", "b");
    assertThat(reclaimer.isAbsent("c")).isTrue();
    pass(LeaseReclaimer.SETTLING.minusNanos(1));
    assertThat(reclaimer.isFreed("c")).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(reclaimer.isFreed("c")).isTrue();
    assertThat(reclaimer.isFreed("b")).isFalse();
  }

  @Test
  void departedMemberIsNotFreedByTimeInWhichThisProcessWasStopped() {
    nodes("a", "b");
    pass(LeaseReclaimer.SETTLING.minusMillis(500));
    clock.skip(LeaseReclaimer.RETENTION);
    reclaimer.freeDeparted();
    assertThat(reclaimer.isFreed("c")).isFalse();
    nodes("a", "b", "c");
    pass(Duration.ofMillis(500));
    assertThat(reclaimer.isFreed("c")).isFalse();
    assertThat(reclaimer.areGrantsPaused()).isTrue();
  }

  @Test
  @Logs("LeaseReclaimer - only 1 of 3 members")
  void retentionIsNotUsedUpByTimeInWhichThisProcessWasStopped() {
    nodes("a");
    pass(LeaseReclaimer.SETTLING);
    clock.skip(LeaseReclaimer.RETENTION);
    reclaimer.freeDeparted();
    pass(LeaseReclaimer.SETTLING);
    assertThat(reclaimer.isFreed("b")).isFalse();
    pass(LeaseReclaimer.RETENTION);
    assertThat(reclaimer.isFreed("b")).isTrue();
  }

  @Test
  void grantsStayPausedThroughTimeInWhichThisProcessWasStopped() {
    reclaimer.pauseGrants();
    clock.skip(LeaseReclaimer.RETENTION);
    reclaimer.freeDeparted();
    assertThat(reclaimer.areGrantsPaused()).isTrue();
    pass(LeaseReclaimer.GRANT_PAUSE);
    assertThat(reclaimer.areGrantsPaused()).isFalse();
  }

  @Test
  void departedMemberIsFreedThoughOnlyTheReclaimerMovesTheClock() {
    nodes("a", "b");
    for (int second = 1; second <= LeaseReclaimer.SETTLING.toSeconds(); second++) {
      clock.skip(Duration.ofSeconds(1));
      reclaimer.freeDeparted();
    }
    assertThat(reclaimer.isFreed("c")).isTrue();
  }

  @Test
  @Logs("LeaseReclaimer - only 1 of 3 members")
  void eachDepartureBeginsTheSettlingTimeAnew() {
    nodes("a", "b");
    pass(Duration.ofSeconds(1));
    nodes("a");
    pass(Duration.ofMillis(1_999));
    assertThat(reclaimer.isFreed("c")).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(reclaimer.isFreed("c")).as("1 of 3 is a minority").isFalse();
  }

  @Test
  @Logs("LeaseReclaimer - only 1 of 3 members")
  void minorityRetainsThePermitsOfTheDepartedForAMinute() {
    nodes("a");
    pass(LeaseReclaimer.RETENTION.minusNanos(1));
    assertThat(reclaimer.isFreed("b")).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(reclaimer.isFreed("b")).isTrue();
    nodes("a", "d");
    nodes("a");
    pass(LeaseReclaimer.SETTLING);
    assertThat(reclaimer.isFreed("d")).as("after that the rest is the whole cluster").isTrue();
  }

  @Test
  void halfOfTheMembersAreNoMinority() {
    nodes("a", "b", "c", "d");
    nodes("a", "b");
    pass(LeaseReclaimer.SETTLING);
    assertThat(reclaimer.isFreed("c")).isTrue();
    assertThat(reclaimer.isFreed("d")).isTrue();
  }

  @Test
  void unknownMemberWithARowIsRetainedForAMinute() {
    reclaimer.sawRow("z");
    pass(LeaseReclaimer.RETENTION.minusNanos(1));
    reclaimer.sawRow("z");
    assertThat(reclaimer.isFreed("z")).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(reclaimer.isFreed("z")).isTrue();
  }

  @Test
  void grantsPauseWhenADepartedFreedOrUnknownMemberIsBack() {
    nodes("a", "b");
    nodes("a", "b", "c");
    assertPause();
    nodes("a", "b");
    pass(LeaseReclaimer.SETTLING);
    nodes("a", "b", "c");
    assertThat(reclaimer.isFreed("c")).isFalse();
    assertPause();
    reclaimer.sawRow("z");
    nodes("a", "b", "c", "z");
    assertPause();
  }

  private void assertPause() {
    long now = clock.getAsLong();
    assertThat(reclaimer.areGrantsPaused()).isTrue();
    assertThat(reclaimer.isSincePause(now)).isTrue();
    assertThat(reclaimer.isSincePause(now - 1)).isFalse();
    clock.pass(LeaseReclaimer.GRANT_PAUSE.minusNanos(1));
    assertThat(reclaimer.areGrantsPaused()).isTrue();
    clock.pass(Duration.ofNanos(1));
    assertThat(reclaimer.areGrantsPaused()).isFalse();
  }

  @Test
  void newMemberPausesNoGrants() {
    nodes("a", "b", "c", "d");
    assertThat(reclaimer.areGrantsPaused()).isFalse();
  }

  /** The node left and came back before this member looked at the nodes. */
  @Test
  void grantsPauseWhenANodeLeftThatIsPresent() {
    reclaimer.left("z");
    assertThat(reclaimer.areGrantsPaused()).isFalse();
    reclaimer.left("c");
    assertPause();
  }

  @Test
  void memberIsUnknownAgainOnceItsTombstoneIsDropped() {
    nodes("a", "b");
    pass(LeaseReclaimer.SETTLING);
    pass(Duration.ofMinutes(10).minusNanos(1));
    assertThat(reclaimer.isFreed("c")).isTrue();
    pass(Duration.ofNanos(1));
    assertThat(reclaimer.isFreed("c")).isFalse();
    reclaimer.sawRow("c");
    pass(LeaseReclaimer.RETENTION);
    assertThat(reclaimer.isFreed("c")).isTrue();
  }
}
