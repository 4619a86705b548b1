package dev.fairlead.member;

import dev.fairlead.net.LineLimit;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.threadchecker.BlockedThreadEvent;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells that threads of Vert.x are late: one line at most a minute, whichever threads of one Vert.x
 * they are, and one for those that are stuck. It replaces Vert.x's own report, which is a line or a
 * trace for each thread and second, above all where a busy machine gives a starting member no time.
 * Called by the thread of Vert.x's checker.
 */
final class BlockedThreads implements Handler<BlockedThreadEvent> {
  /** Raising it hides how often threads are late; lowering it fills the log of a slow machine. */
  private static final Duration TELL_EVERY = Duration.ofMinutes(1);

  /** As long as {@code /livez} waits: then the line has the stack trace of the thread. */
  private static final long STUCK = Duration.ofSeconds(10).toNanos();

  private static final Logger LOG = LoggerFactory.getLogger(BlockedThreads.class);

  private final LineLimit late;
  private final LineLimit stuck;

  BlockedThreads(LongSupplier nanoTime) {
    late = new LineLimit(TELL_EVERY, nanoTime);
    stuck = new LineLimit(TELL_EVERY, nanoTime);
  }

  /** Replaces the report of {@code vertx}. */
  static void watch(Vertx vertx) {
    BlockedThreads handler = new BlockedThreads(System::nanoTime);
    ((VertxInternal) vertx).blockedThreadChecker().setThreadBlockedHandler(handler);
  }

  @Override
  public void handle(BlockedThreadEvent event) {
    String thread = event.thread().getName();
    long millis = Duration.ofNanos(event.duration()).toMillis();
    if (event.duration() < STUCK) {
      late.next().ifPresent(leftOut -> tellLate(thread, millis));
    } else {
      stuck.next().ifPresent(leftOut -> tellStuck(event.thread(), millis));
    }
  }

  private static void tellLate(String thread, long millis) {
    LOG.warn(
        "{} is late: one task takes {} ms already. The machine is too busy, or the task blocks",
        thread,
        millis);
  }

  private static void tellStuck(Thread thread, long millis) {
    Throwable trace = new Throwable("where it is");
    trace.setStackTrace(thread.getStackTrace());
    LOG.error("{} is stuck: one task takes {} ms already", thread.getName(), millis, trace);
  }
}
