package dev.fairlead.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Mixin: whether a view is shown again and again. */
final class WatchOptions {
  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "2",
      description = "Show it again every SECONDS, 2 without a number, until Ctrl-C.")
  private @Nullable Integer seconds;

  @Option(names = "--count", paramLabel = "N", description = "With --watch: end after N times.")
  private @Nullable Long count;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Never counted down: waiting for it takes the time between two screens. */
  private final CountDownLatch never = new CountDownLatch(1);

  /** Refuses what makes no sense. */
  void check() {
    if (seconds != null && seconds < 1) {
      throw wrong("--watch: " + seconds + " (expected: seconds, 1 or more)");
    }
    if (count != null && (count < 1 || seconds == null)) {
      throw wrong("--count: " + count + " (expected: 1 or more, with --watch)");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  boolean isWanted() {
    return seconds != null;
  }

  /** Waits for the next time; false if it has been {@code shown} often enough. */
  boolean next(long shown) throws InterruptedException {
    return seconds != null
        && (count == null || shown < count)
        && !never.await(seconds, TimeUnit.SECONDS);
  }
}
