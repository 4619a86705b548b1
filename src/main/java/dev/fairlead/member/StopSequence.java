package dev.fairlead.member;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be undone to stop a member, or a start that failed half way: each part adds its stop
 * when it has started, and {@link #run} stops them in reverse order. A stop that fails is logged
 * and does not keep the others from running. Not thread-safe.
 */
final class StopSequence {
  private static final Logger LOG = LoggerFactory.getLogger(StopSequence.class);

  private final Deque<AutoCloseable> stops = new ArrayDeque<>();

  void add(AutoCloseable stop) {
    stops.push(stop);
  }

  /** Idempotent. Blocks as long as the stops do. */
  void run() {
    while (!stops.isEmpty()) {
      try {
        stops.pop().close();
      } catch (Exception | Error e) {
        LOG.error("a part of the member could not be stopped", e);
      }
    }
  }
}
