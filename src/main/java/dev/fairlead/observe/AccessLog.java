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
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object per ended session, one per line, to stdout or a file. Event loops only
 * create the record; formatting and I/O run on the thread of a {@link Batcher}, and lines that
 * cannot be written are dropped and counted. Probes are not logged.
 */
public final class AccessLog implements SessionListener, AutoCloseable {

  /**
   * Raising the capacity survives longer disk stalls at the expense of memory; raising the delay
   * makes fewer, larger writes at the expense of later lines.
   */
  private static final Batcher.Limits LIMITS =
      new Batcher.Limits(65_536, 1024, Duration.ofMillis(200), Duration.ofSeconds(5));

  private final @Nullable LogTarget target;

  /** Null = the log is off. */
  private final @Nullable Batcher<SessionRecord> batcher;

  /** Opens the configured log; an IOException names key, file and cause. */
  public AccessLog(NodeConfig.AccessLogConfig config) throws IOException {
    this(targetOf(config.to()), LIMITS);
  }

  /** Writes to {@code target}, null = nowhere. */
  AccessLog(@Nullable LogTarget target, Batcher.Limits limits) {
    this.target = target;
    this.batcher =
        target == null ? null : new Batcher<>("access-log", limits, new RecordSink(target));
  }

  /** Formats lines as the configured log does, and writes them nowhere. */
  public static AccessLog discarding() {
    return new AccessLog(lines -> {}, LIMITS);
  }

  /** Does nothing. */
  public static AccessLog off() {
    return new AccessLog(null, LIMITS);
  }

  private static @Nullable LogTarget targetOf(String to) throws IOException {
    return switch (to) {
      case NodeConfig.AccessLogConfig.OFF -> null;
      case NodeConfig.AccessLogConfig.STDOUT -> new FileOutputStream(FileDescriptor.out)::write;
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
    if (batcher != null) {
      batcher.offer(record);
    }
  }

  /**
   * Reopens the file by its name, soon and on the log's own thread, so that writing continues in a
   * new file after a rename. No effect on stdout.
   */
  public void reopen() {
    if (target instanceof LogFile file && batcher != null) {
      file.reopen();
      batcher.flush();
    }
  }

  /** The number of lines that are neither written nor lost yet. */
  public int waiting() {
    return batcher == null ? 0 : batcher.waiting();
  }

  /** The number of lines lost since the start. */
  public long dropped() {
    return batcher == null ? 0 : batcher.dropped();
  }

  /** Writes the remaining lines and closes the file; returns within 5 s even if the disk hangs. */
  @Override
  public void close() {
    if (batcher != null) {
      batcher.close();
    }
  }

  /** Where finished log lines go. Called by the batcher's thread only. */
  @FunctionalInterface
  interface LogTarget {

    /** Writes {@code lines}, may be empty, all or none if possible; IOException = they are lost. */
    void write(byte[] lines) throws IOException;

    /** What the process log calls it. */
    default String name() {
      return "stdout";
    }

    /** Releases the target; stdout, which belongs to the process, stays open. */
    default void close() throws IOException {}
  }

  /** Formats records. */
  private record RecordSink(LogTarget target) implements Batcher.Sink<SessionRecord> {
    @Override
    public void write(List<SessionRecord> records) throws IOException {
      target.write(AccessLogLine.render(records));
    }

    @Override
    public String name() {
      return target.name();
    }

    @Override
    public void close() throws IOException {
      target.close();
    }
  }
}
