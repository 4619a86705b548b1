package dev.fairlead.cluster.signing;

import dev.fairlead.event.CommandProblem;
import dev.fairlead.net.LineLimit;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs refused commands, at most one line a second: whatever can reach the bus must not be able to
 * fill a disk. The next line has the number of those left out. Any thread.
 */
final class RefusalLog {
  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final LineLimit lines;

  /** {@code nanoTime} is the clock. */
  RefusalLog(LongSupplier nanoTime) {
    this.lines = new LineLimit(PAUSE, nanoTime);
  }

  void refused(ReceivedBody received, CommandProblem problem) {
    lines.next().ifPresent(leftOut -> log(received, problem, leftOut));
  }

  private static void log(ReceivedBody received, CommandProblem problem, long leftOut) {
    LOG.warn(
        "{} from {} refused: {}{}{}",
        received.target(),
        received.described(),
        problem.path().isEmpty() ? "" : problem.path() + ": ",
        problem.message(),
        leftOut == 0 ? "" : "; " + leftOut + " more since the last line");
  }
}
