package dev.fairlead.observe;

import dev.fairlead.config.NodeConfig;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionRecord;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Writes one JSON object a line for each session that ended, to stdout or to a file. Event loops
 * only make the record; text and disk belong to the thread of a {@link Batcher}, and lines that the
 * disk does not take are dropped and counted. Probes are not logged.
 */
public final class AccessLog implements SessionListener, AutoCloseable {

  private static final Batcher.Limits LIMITS =
      new Batcher.Limits(65_536, 1024, Duration.ofMillis(200), Duration.ofSeconds(5));

  private final LogTarget target;

  /** Null = the log is off. */
  private final Batcher<SessionRecord> batcher;

  /**
   * Opens the log that {@code config} names.
   *
   * @throws IOException if its file cannot be written; the message names key, file and cause
   */
  public AccessLog(NodeConfig.AccessLog config) throws IOException {
    this(targetOf(config.to()), LIMITS);
  }

  /** Writes to {@code target}, null = nowhere. */
  AccessLog(LogTarget target, Batcher.Limits limits) {
    this.target = target;
    this.batcher = target == null ? null : new Batcher<>("access-log", limits, new Lines(target));
  }

  private static LogTarget targetOf(String to) throws IOException {
    return switch (to) {
      case NodeConfig.AccessLog.OFF -> null;
      case NodeConfig.AccessLog.STDOUT -> new FileOutputStream(FileDescriptor.out)::write;
      default -> new LogFile(Path.of(to));
    };
  }

  @Override
  public void closed(ClosedSession session, boolean probe) {
    if (batcher != null && !probe) {
      log(session.record());
    }
  }

  void log(SessionRecord record) {
    batcher.offer(record);
  }

  /**
   * Has the file opened anew by its name, soon and on the log's own thread, so that a file that was
   * renamed is left behind. Nothing happens to stdout.
   */
  public void reopen() {
    if (target instanceof LogFile file) {
      file.reopen();
      batcher.flush();
    }
  }

  /** Lines lost since the start. */
  public long dropped() {
    return batcher == null ? 0 : batcher.dropped();
  }

  /** Writes what is left and closes the file; returns within 5 s even when the disk is stuck. */
  @Override
  public void close() {
    if (batcher != null) {
      batcher.close();
    }
  }

  /** Makes text of records, on the batcher's thread. */
  private record Lines(LogTarget target) implements Batcher.Sink<SessionRecord> {
    @Override
    public void write(List<SessionRecord> records) throws IOException {
      target.write(AccessLogLine.render(records));
    }

    @Override
    public void close() throws IOException {
      target.close();
    }
  }
}
