package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the members stay together when the clock of one machine is stepped. Provoked by a
 * library before the C library, which adds to the time of one process; needs Linux and a C
 * compiler. A failure would be a member that the others lose for some seconds, and their counts and
 * permits with it.
 */
@Tag("slow")
class ClockStepIT extends PingClusterFixture {
  private static final List<String> MEMBERS = List.of("m1", "m2", "m3");

  /** A silent member is removed after 10 s, and one that is ignored likewise. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(15);

  private SteppedClock clock;

  ClockStepIT() {
    super(3);
  }

  @BeforeEach
  void start() throws IOException {
    clock = SteppedClock.in(directory);
    for (String member : MEMBERS) {
      clock.give(cluster, member, Duration.ZERO);
    }
    cluster.startAll();
  }

  @Test
  void noMemberIsLostWhenAClockIsStepped() throws IOException {
    for (String member : List.of("m1", "m3")) { // The oldest, whose time the others follow.
      for (long seconds : new long[] {20, -60, 0}) {
        clock.step(member, Duration.ofSeconds(seconds));
        await("all together after a step of " + member + " to " + seconds + " s")
            .during(LONG_ENOUGH)
            .atMost(LONG_ENOUGH.plus(TestRun.PATIENCE))
            .until(() -> cluster.members().stream().allMatch(each -> all(each)));
        assertThat(cluster.members()).allMatch(each -> each.logged(" left") == 0);
      }
    }
  }

  private static boolean all(FairleadProcess member) {
    return member.memberNames().equals(MEMBERS);
  }
}
