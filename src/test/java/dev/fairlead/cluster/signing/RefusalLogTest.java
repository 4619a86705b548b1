package dev.fairlead.cluster.signing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
  private final FakeClock clock = new FakeClock();
  private final RefusalLog log = new RefusalLog(clock);

  private void refuse() {
    log.refused(
        new ReceivedBody("fairlead.backend.set", "bus n1", "bus n1", () -> null),
        CommandProblem.of("mac", "the signature is wrong"));
  }

  @Test
  @Logs("a call to this member from bus n1")
  void aMembersOwnAddressIsNotShownByItsNodeId(LogWatch logged) {
    log.refused(
        new ReceivedBody("fairlead.member.7f0e", "bus n1", "bus n1 (m1 at h:5701)", () -> null),
        CommandProblem.of("mac", "the signature is wrong"));
    assertThat(logged.lines())
        .containsExactly(
            "WARN RefusalLog - a call to this member from bus n1 (m1 at h:5701) refused: mac: the"
                + " signature is wrong");
  }

  @Test
  @Logs("fairlead.backend.set from bus n1 refused")
  void oneLineASecondAndTheNextTellsWhatWasLeftOut(LogWatch logged) {
    refuse();
    refuse();
    refuse();
    clock.pass(Duration.ofSeconds(1));
    refuse();
    clock.pass(Duration.ofSeconds(1));
    refuse();
    String line =
        "WARN RefusalLog - fairlead.backend.set from bus n1 refused: mac: the signature is wrong";
    assertThat(logged.lines()).containsExactly(line, line + "; 2 more since the last line", line);
  }
}
