package dev.fairlead.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Time is a number here: the wheel is turned by hand. */
class DeadlinesTest {
  private static final long TICK = Deadlines.TICK_NANOS;
  private static final long START = 1_000_000 * TICK + 17;

  private final List<Entry> due = new ArrayList<>();
  private Deadlines deadlines = new Deadlines(START);

  private class Entry extends Deadlines.Entry {
    private final long at;

    Entry(long at) {
      this.at = at;
    }

    @Override
    void due(long now) {
      due.add(this);
    }
  }

  @Property
  void neverEarlyAndAtMostOneTickLate(
      @ForAll @Size(max = 30) List<@LongRange(min = 0, max = 400 * Deadlines.TICK_NANOS) Long> in) {
    due.clear();
    deadlines = new Deadlines(START);
    in.forEach(delay -> add(START + delay));
    int seen = 0;
    for (long now = START; now <= START + 402 * TICK; now += TICK) {
      deadlines.turn(now);
      for (Entry entry : due.subList(seen, due.size())) {
        assertThat(now).isGreaterThan(entry.at).isLessThanOrEqualTo(entry.at + 2 * TICK);
      }
      seen = due.size();
    }
    assertThat(due).hasSameSizeAs(in);
  }

  @Test
  void whatIsFarAwayIsDueWithinOneTurnOfTheWheel() {
    add(Long.MAX_VALUE);
    deadlines.turn(START + 511 * TICK);
    assertThat(due).hasSize(1);
  }

  @Test
  void afterALongStopEverythingDueIsSeenOnce() {
    for (long i = 0; i < 100; i++) {
      add(START + i * TICK);
    }
    deadlines.turn(START + 5000 * TICK);
    assertThat(due).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void whatIsAddedAgainWhileDueWaitsForAnotherTick() {
    deadlines.add(
        new Entry(START) {
          @Override
          void due(long now) {
            super.due(now);
            deadlines.add(this, START);
          }
        },
        START);
    deadlines.turn(START + TICK);
    assertThat(due).hasSize(1);
    deadlines.turn(START + 2 * TICK);
    assertThat(due).hasSize(2);
  }

  @Test
  void whatIsRemovedIsNotSeen() {
    Entry kept = add(START);
    Entry removed = add(START);
    deadlines.remove(removed);
    deadlines.turn(START + 2 * TICK);
    assertThat(due).containsExactly(kept);
  }

  @Test
  void forEachVisitsAllAndAllowsToRemoveTheOneItShows() {
    for (long i = 0; i < 10; i++) {
      add(START + i * (7L * TICK));
    }
    List<Deadlines.Entry> visited = new ArrayList<>();
    deadlines.forEach(
        entry -> {
          visited.add(entry);
          deadlines.remove(entry);
        });
    assertThat(visited).hasSize(10);
    deadlines.turn(START + 400 * TICK);
    assertThat(due).isEmpty();
  }

  private Entry add(long at) {
    Entry entry = new Entry(at);
    deadlines.add(entry, at);
    return entry;
  }

  @Test
  void negativeTimeIsAsExactAsAPositiveOne() {
    deadlines = new Deadlines(-3 * TICK - 1);
    Entry entry = add(-2 * TICK + 1);
    deadlines.turn(-2 * TICK);
    deadlines.turn(-TICK - 1);
    assertThat(due).as("early").isEmpty();
    deadlines.turn(-TICK);
    assertThat(due).containsExactly(entry);
  }
}
