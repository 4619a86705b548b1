package dev.fairlead.net;

import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A periodic task that runs seldom while there is nothing to do. Whatever gives it something to do
 * has to call {@link #hurry}; without that the task notices an idle interval late. On its context
 * only.
 */
public final class IdleTimer {
  private final ContextInternal context;
  private final Intervals intervals;
  private final BooleanSupplier hasNothingToDo;
  private final Runnable task;
  private long timer;
  private boolean idle;
  private boolean stopped;

  /** {@code whenIdle} is for what nobody tells. */
  public record Intervals(Duration normal, Duration whenIdle) {}

  /** Asks {@code hasNothingToDo} after each run of {@code task}. */
  public IdleTimer(
      ContextInternal context, Intervals intervals, BooleanSupplier hasNothingToDo, Runnable task) {
    this.context = context;
    this.intervals = intervals;
    this.hasNothingToDo = hasNothingToDo;
    this.task = task;
  }

  /** The first run is one interval from now. */
  public void start() {
    if (!stopped) {
      idle = hasNothingToDo.getAsBoolean();
      Duration wait = idle ? intervals.whenIdle : intervals.normal;
      timer = context.setTimer(wait.toMillis(), id -> run());
    }
  }

  /** There may be something to do: the next run is a normal interval away at most. */
  public void hurry() {
    if (idle) {
      context.owner().cancelTimer(timer);
      start();
    }
  }

  public void stop() {
    stopped = true;
    idle = false;
    context.owner().cancelTimer(timer);
  }

  private void run() {
    try {
      task.run();
    } finally {
      start();
    }
  }
}
