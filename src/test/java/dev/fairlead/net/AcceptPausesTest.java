package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@Logs("WARN AcceptPauses - web accepts no clients")
class AcceptPausesTest {
  private static final String BEGIN = "WARN AcceptPauses - web accepts no clients until there is ";

  private final FakeClock clock = new FakeClock();
  private final AcceptPauses pauses = new AcceptPauses("web", clock);

  private void second(boolean paused) {
    clock.pass(Duration.ofSeconds(1));
    pauses.tick(paused);
  }

  @Test
  void shortageThatComesAndGoesIsToldOnceAndItsEndOnce(LogWatch logged) {
    for (int second = 0; second < 30; second++) {
      pauses.paused("as many sessions as allowed");
      second(second % 3 == 0);
    }
    assertThat(pauses.isShort()).isTrue();
    for (int second = 0; second < 30; second++) {
      second(false);
    }
    assertThat(pauses.isShort()).isFalse();
    assertThat(logged.lines()).containsExactly(BEGIN + "room: as many sessions as allowed");
  }

  @Test
  void shortageIsNotOverWhileOneEventLoopIsPaused(LogWatch logged) {
    pauses.paused("x");
    for (int second = 0; second < 30; second++) {
      second(true);
      pauses.tick(false);
    }
    assertThat(pauses.isShort()).isTrue();
    assertThat(logged.lines()).hasSize(1);
  }

  @Test
  void lackOfDescriptorsNamesTheLimit(LogWatch logged) {
    pauses.paused("accept(..) failed with error(-24): Too many open files");
    assertThat(logged.lines()).containsExactly(BEGIN + "room: no descriptor is left (ulimit -n)");
  }

  @Test
  void anotherShortageIsToldAgain(LogWatch logged) {
    for (int i = 0; i < 2; i++) {
      pauses.paused("x");
      clock.pass(AcceptPauses.SETTLED);
      pauses.tick(false);
    }
    assertThat(logged.lines()).containsExactly(BEGIN + "room: x", BEGIN + "room: x");
  }
}
