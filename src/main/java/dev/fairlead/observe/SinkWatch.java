package dev.fairlead.observe;

import dev.fairlead.config.Plural;
import dev.fairlead.config.Problem;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs drops and stalls of a {@link Batcher} while they last: one line when they begin and one when
 * they end. Has a daemon thread of its own, because the batcher's thread may be stuck in the sink.
 */
final class SinkWatch implements AutoCloseable {
  /** Lowering it logs sooner, at the expense of wake-ups; raising it logs later. */
  private static final Duration CHECK_EVERY = Duration.ofSeconds(1);

  /**
   * A write that takes this long is a stall; a series of drops has ended after this time without
   * one. Lowering it logs pauses that a disk may have, raising it logs later.
   */
  private static final Duration STALL = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  private final String name;
  private final Batcher<?> batcher;
  private final ScheduledExecutorService thread;
  private long droppedBefore;
  private long lastDropNanos;
  private boolean dropping;
  private boolean stalled;

  /** Messages begin with {@code name}; {@link #start} begins to watch. */
  SinkWatch(String name, Batcher<?> batcher) {
    this.name = name;
    this.batcher = batcher;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            check -> {
              Thread watching = new Thread(check, name + "-watch");
              watching.setDaemon(true);
              return watching;
            });
  }

  void start() {
    long period = CHECK_EVERY.toMillis();
    thread.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  /** Logs what is not logged yet, and ends; returns within a second. */
  @Override
  public void close() {
    thread.execute(this::check);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CHECK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void check() {
    Batcher.Progress progress = batcher.progress();
    boolean stuck = progress.writing().compareTo(STALL) > 0;
    checkDrops(progress, stuck);
    checkStall(progress, stuck);
  }

  private void checkDrops(Batcher.Progress progress, boolean stuck) {
    long now = System.nanoTime();
    if (progress.dropped() > droppedBefore) {
      if (!dropping) {
        logDrops(progress);
      }
      dropping = true;
      lastDropNanos = now;
      droppedBefore = progress.dropped();
    } else if (dropping && !stuck && !progress.failing() && now - lastDropNanos > STALL.toNanos()) {
      dropping = false;
      LOG.info("{}: no longer dropping, {} lost in total", name, Plural.of(droppedBefore, "line"));
    }
  }

  private void checkStall(Batcher.Progress progress, boolean stuck) {
    if (stuck && !stalled && progress.waiting() > 0) {
      stalled = true;
      LOG.warn(
          "{}: {} has taken nothing for {} s: {} waiting, more than {} are dropped",
          name,
          batcher.target(),
          STALL.toSeconds(),
          Plural.of(progress.waiting(), "line"),
          progress.capacity());
    } else if (stalled && !stuck) {
      stalled = false;
      LOG.info(
          "{}: {} takes lines again, {} still waiting", name, batcher.target(), progress.waiting());
    }
  }

  private void logDrops(Batcher.Progress progress) {
    Throwable failure = progress.failure();
    if (failure == null) {
      LOG.error(
          "{}: lines are dropped, {} so far: {} is too slow, {} waiting",
          name,
          progress.dropped(),
          batcher.target(),
          progress.waiting());
    } else if (failure
        instanceof IOException io) { // Expected, such as a full disk: no stack trace.
      LOG.error("{}: lines are dropped, {} so far: {}", name, progress.dropped(), cause(io));
    } else {
      LOG.error("{}: lines are dropped, {} so far", name, progress.dropped(), failure);
    }
  }

  /** What the system said, such as {@code No space left on device}. */
  private static String cause(IOException e) {
    if (!(e instanceof FileSystemException of)) {
      return String.valueOf(e.getMessage());
    }
    if (e instanceof NoSuchFileException) {
      return of.getFile() + ": no such directory";
    }
    return of.getFile() + ": " + Problem.reason(e);
  }
}
