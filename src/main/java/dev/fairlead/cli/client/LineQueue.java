package dev.fairlead.cli.client;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Lines of a response that may pause or never end, read by a daemon thread so that the wait for the
 * next one has a limit. One thread takes them.
 */
final class LineQueue {
  /** Empty after the last line, also when the connection broke. */
  private final SynchronousQueue<Optional<String>> next = new SynchronousQueue<>();

  private boolean ended;

  private LineQueue() {}

  /** Begins to read {@code lines}; closing them ends the thread. */
  static LineQueue of(Stream<String> lines) {
    LineQueue queue = new LineQueue();
    Thread reader = new Thread(() -> queue.read(lines), "response");
    reader.setDaemon(true);
    reader.start();
    return queue;
  }

  private void read(Stream<String> lines) {
    try {
      try {
        lines.forEach(line -> put(Optional.of(line)));
      } catch (UncheckedIOException e) {
        // The connection broke: the stream has ended.
      }
      put(Optional.empty());
    } catch (IllegalStateException e) {
      // Interrupted: nobody waits any more.
    }
  }

  private void put(Optional<String> line) {
    try {
      next.put(line);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The next line; empty after the last one, or if none comes within {@code limit}. */
  Optional<String> next(Duration limit) {
    try {
      Optional<String> line = next.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
      ended = line != null && line.isEmpty();
      return line == null ? Optional.empty() : line;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Whether the last call of {@link #next} was after the last line. */
  boolean hasEnded() {
    return ended;
  }
}
