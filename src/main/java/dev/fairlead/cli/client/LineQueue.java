package dev.fairlead.cli.client;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Lines of a response that may pause or never end, read by a daemon thread so that the wait for the
 * next one has a limit. One thread takes them, and closes this, which ends the other.
 */
final class LineQueue implements AutoCloseable {
  /** Empty after the last line, also when the connection broke. */
  private final SynchronousQueue<Optional<String>> next = new SynchronousQueue<>();

  private final Stream<String> lines;
  private final Thread reader;
  private boolean ended;

  private LineQueue(Stream<String> lines) {
    this.lines = lines;
    this.reader = new Thread(this::read, "response");
    reader.setDaemon(true);
  }

  /** Begins to read {@code lines}, which it closes. */
  static LineQueue of(Stream<String> lines) {
    LineQueue queue = new LineQueue(lines);
    queue.reader.start();
    return queue;
  }

  private void read() {
    try {
      putLines();
      next.put(Optional.empty());
    } catch (InterruptedException e) {
      // Closed: nobody takes lines any more.
    }
  }

  private void putLines() throws InterruptedException {
    try {
      for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
        next.put(Optional.of(each.next()));
      }
    } catch (UncheckedIOException e) {
      // The connection broke: the stream has ended.
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

  /** Ends the reading thread, whether it waits for the connection or for {@link #next}. */
  @Override
  public void close() {
    reader.interrupt();
    lines.close();
  }
}
