package dev.fairlead.net;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs that a listener accepts nobody for lack of room, once, and that it accepts again, once:
 * while room is short it pauses and resumes many times a second, on each of its event loops. Any
 * thread.
 */
public final class AcceptPauses {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptPauses.class);

  /**
   * Without a pause for this time, room is no longer short. Raising it makes fewer lines of a
   * shortage that comes and goes, lowering it tells its end sooner.
   */
  public static final Duration SETTLED = Duration.ofSeconds(10);

  private static final String NO_DESCRIPTOR = "Too many open files";

  private final String listener;
  private final LongSupplier nanoTime;
  private volatile boolean isShort;
  private long lastPause;

  /** Lines begin with {@code listener}; {@code nanoTime} is the clock. */
  public AcceptPauses(String listener, LongSupplier nanoTime) {
    this.listener = listener;
    this.nanoTime = nanoTime;
  }

  /** Accepting has paused on one event loop. */
  public synchronized void paused(String why) {
    lastPause = nanoTime.getAsLong();
    if (!isShort) {
      isShort = true;
      boolean known = why.contains(NO_DESCRIPTOR);
      String reason = known ? "no descriptor is left (ulimit -n)" : why;
      LOG.warn("{} accepts no clients until there is room: {}", listener, reason);
    }
  }

  /** To be called every second on each event loop that may pause: whether it is paused. */
  public void tick(boolean paused) {
    if (isShort) {
      settle(paused);
    }
  }

  private synchronized void settle(boolean paused) {
    long now = nanoTime.getAsLong();
    if (paused) {
      lastPause = now;
    } else if (isShort && now - lastPause >= SETTLED.toNanos()) {
      isShort = false;
      LOG.info("{} accepts clients again", listener);
    }
  }

  /** Whether the end of a shortage is not told yet. */
  public boolean isShort() {
    return isShort;
  }
}
