package dev.fairlead.cluster.signing;

import dev.fairlead.event.CommandProblem;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of refused commands, at most once a second: whoever can reach the bus must not be able to
 * fill a disk. What was left out is counted in the next line. Any thread.
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

  synchronized void refused(SignedCommands.Heard heard, CommandProblem problem) {
    Instant now = clock.instant();
    if (now.isBefore(quietUntil)) {
      leftOut++;
      return;
    }
    LOG.warn(
        "{} from {} refused: {}{}{}",
        heard.address(),
        heard.sender(),
        problem.path().isEmpty() ? "" : problem.path() + ": ",
        problem.message(),
        leftOut == 0 ? "" : "; " + leftOut + " more since the last line");
    leftOut = 0;
    quietUntil = now.plus(PAUSE);
  }
}
