package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Ensures that no permit is granted while rows may be missing, and that the mark is removed. */
class RepairMarkTest {
  private static final LeaseEntry ENTRY = LeaseEntry.NONE.with("a", new LeaseRow(1, 1, 0)).next(1);

  private final FakeClock clock = new FakeClock();
  private final LeaseReclaimer reclaimer = new LeaseReclaimer(clock, clock.running());
  private final RepairMark mark = new RepairMark();

  private void read(LeaseEntry entry) {
    mark.read(entry, clock.getAsLong());
  }

  private boolean isFresh() {
    return mark.isFresh(clock.getAsLong());
  }

  private LeaseEntry update(LeaseEntry entry) {
    return mark.update(entry, reclaimer, clock.getAsLong());
  }

  @Test
  void newMarkIsFreshForTheGrantPause() {
    read(ENTRY);
    assertThat(isFresh()).isFalse();
    LeaseEntry marked = RepairMark.set(ENTRY, clock.getAsLong());
    assertThat(mark.isNew(marked)).isTrue();
    read(marked);
    assertThat(mark.isNew(marked)).isFalse();
    clock.pass(LeaseReclaimer.GRANT_PAUSE.minusNanos(1));
    read(marked);
    assertThat(isFresh()).isTrue();
    clock.pass(Duration.ofNanos(1));
    assertThat(isFresh()).isFalse();
  }

  @Test
  void markIsRemovedOnceItIsOld() {
    LeaseEntry marked = RepairMark.set(ENTRY, clock.getAsLong());
    assertThat(update(marked)).as("not read yet").isEqualTo(marked);
    read(marked);
    assertThat(update(marked)).isEqualTo(marked);
    clock.pass(LeaseReclaimer.GRANT_PAUSE);
    assertThat(update(marked)).isEqualTo(ENTRY);
  }

  @Test
  void memberThatPausesGrantsSetsTheMarkOnce() {
    assertThat(update(ENTRY)).isEqualTo(ENTRY);
    reclaimer.pauseGrants();
    assertThat(update(LeaseEntry.NONE)).isEqualTo(LeaseEntry.NONE);
    LeaseEntry marked = update(ENTRY);
    assertThat(marked.repairMark()).isNotZero();
    clock.pass(Duration.ofMillis(1));
    read(marked);
    assertThat(update(marked)).isEqualTo(marked);
    reclaimer.pauseGrants();
    clock.pass(Duration.ofMillis(1));
    assertThat(update(marked).repairMark()).isNotZero();
  }

  @Test
  void secondPauseSetsANewMarkThoughTheProcessWasStoppedBefore() {
    clock.skip(Duration.ofMinutes(1));
    clock.running().tick();
    clock.pass(Duration.ofSeconds(2));
    reclaimer.pauseGrants();
    LeaseEntry marked = update(ENTRY);
    clock.pass(Duration.ofMillis(1));
    read(marked);
    assertThat(update(marked)).isEqualTo(marked);
    clock.pass(LeaseReclaimer.GRANT_PAUSE);
    reclaimer.pauseGrants();
    assertThat(update(marked).repairMark()).isNotEqualTo(marked.repairMark());
  }
}
