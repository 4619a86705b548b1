package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import io.vertx.core.internal.threadchecker.BlockedThreadEvent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Ensures that late threads are told once, in one line. Provoked with the events of Vert.x's
 * checker, one for each thread and second. A failure would look like a log full of traces after a
 * start on a busy machine.
 */
class BlockedThreadsTest {
  private static final Thread FIRST = new Thread("loop-0");
  private static final Thread SECOND = new Thread("loop-1");

  private Duration now = Duration.ofHours(1);
  private final BlockedThreads threads = new BlockedThreads(() -> now.toNanos());

  private void late(Thread thread, Duration since) {
    long limit = Duration.ofSeconds(2).toNanos();
    threads.handle(new BlockedThreadEvent(thread, since.toNanos(), limit, limit));
  }

  @Test
  @Logs("WARN BlockedThreads - loop-0 is late: one task takes 2000 ms already")
  void threadsThatAreLateAtTheSameTimeAreOneLine(LogWatch logged) {
    for (int second = 2; second < 10; second++) {
      late(FIRST, Duration.ofSeconds(second));
      late(SECOND, Duration.ofSeconds(second));
      now = now.plusSeconds(1);
    }
    assertThat(logged.lines()).hasSize(1);
  }

  @Test
  @Logs({"loop-0 is late: one task takes 2500 ms", "loop-1 is late: one task takes 3000 ms"})
  void anotherMinuteIsAnotherLine(LogWatch logged) {
    late(FIRST, Duration.ofMillis(2500));
    now = now.plusSeconds(60);
    late(SECOND, Duration.ofSeconds(3));
    assertThat(logged.lines()).hasSize(2);
  }

  @Test
  @Logs({"WARN BlockedThreads - loop-0 is late", "ERROR BlockedThreads - loop-0 is stuck"})
  void threadThatIsStuckIsOneMoreLine(LogWatch logged) {
    for (int second = 2; second < 40; second++) {
      late(FIRST, Duration.ofSeconds(second));
      now = now.plusSeconds(1);
    }
    assertThat(logged.lines()).hasSize(2);
  }
}
