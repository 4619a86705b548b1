package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.revision.PollPace.Poll;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Ensures when the newest revision is looked for. A failure would be a member that reads the shared
 * map each second although nothing happens, or one that finds a missed revision late.
 */
class PollPaceTest {
  private final FakeClock clock = new FakeClock();
  private final PollPace pace = new PollPace(clock);

  private List<Poll> next(int seconds, boolean agreed) {
    return Stream.generate(() -> pace.next(agreed)).limit(seconds).toList();
  }

  @Test
  void isEverySecondForSomeTimeAfterTheStartAndAfterEachChangeOfNodes() {
    assertThat(next(3, true)).containsOnly(Poll.BY_POINTER);
    clock.pass(PollPace.UNREST);
    assertThat(next(1, true)).containsOnly(Poll.NONE);
    pace.restless();
    assertThat(next(3, true)).containsOnly(Poll.BY_POINTER);
  }

  @Test
  void isOneReadOfTheWholeInFiveSecondsWhenAllAgree() {
    clock.pass(PollPace.UNREST);
    assertThat(next(10, true))
        .containsExactly(
            Poll.NONE,
            Poll.NONE,
            Poll.NONE,
            Poll.NONE,
            Poll.WHOLE,
            Poll.NONE,
            Poll.NONE,
            Poll.NONE,
            Poll.NONE,
            Poll.WHOLE);
  }

  @Test
  void isEverySecondWhileMembersHaveDifferentRevisions() {
    clock.pass(PollPace.UNREST);
    assertThat(next(2, true)).containsOnly(Poll.NONE);
    assertThat(next(7, false)).containsOnly(Poll.BY_POINTER);
    assertThat(next(4, true)).containsOnly(Poll.NONE);
  }
}
