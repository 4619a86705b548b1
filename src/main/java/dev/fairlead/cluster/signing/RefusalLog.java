package dev.fairlead.cluster.signing;

import dev.fairlead.event.CommandProblem;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs refused commands, at most one line a second: whatever can reach the bus must not be able to
 * fill a disk. The next line has the number of those left out. Any thread.
 */
final class RefusalLog {
  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final InstantSource clock;
  private Instant quietUntil = Instant.MIN;
  private long leftOut;

  RefusalLog(InstantSource clock) {
    this.clock = clock;
  }

  synchronized void refused(ReceivedBody received, CommandProblem problem) {
    Instant now = clock.instant();
    if (now.isBefore(quietUntil)) {
      leftOut++;
      return;
    }
    LOG.warn(
        "{} from {} refused: {}{}{}",
        received.target(),
        received.described(),
        problem.path().isEmpty() ? "" : problem.path() + ": ",
        problem.message(),
        leftOut == 0 ? "" : "; " + leftOut + " more since the last line");
    leftOut = 0;
    quietUntil = now.plus(PAUSE);
  }
}
