package dev.fairlead.observe;

import dev.fairlead.config.LogDestination;
import dev.fairlead.config.NodeConfig.AccessLogConfig;
import dev.fairlead.observe.sink.LogFile;
import dev.fairlead.observe.sink.LogTarget;
import dev.fairlead.observe.sink.SyslogHeader;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for each ended session to stdout, a file or a syslog server. Event loops only
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

  /**
   * How long a batch waits for a syslog server that is away, while others queue up behind it.
   * Raising it loses fewer lines of a short restart, lowering it drops those of a long one sooner.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String KEY = "node.accessLog.to";

  /** The MSGID of RFC 5424. */
  private static final String MSG_ID = "access";

  private final @Nullable LogTarget target;

  private final LiveCounts counts;

  /** Null = the log is off. */
  private final @Nullable Batcher<SessionRecord> batcher;

  /** Opens the configured log; an IOException names key, place and cause. */
  public static AccessLog open(AccessLogConfig config) throws IOException {
    LiveCounts counts = new LiveCounts();
    return config.to().isOff()
        ? off()
        : new AccessLog(targetOf(config), format(config, counts), counts, LIMITS);
  }

  /** Writes to {@code target}, null = nowhere. */
  AccessLog(
      @Nullable LogTarget target, LineFormat format, LiveCounts counts, Batcher.Limits limits) {
    this.target = target;
    this.counts = counts;
    this.batcher =
        target == null ? null : new Batcher<>("access-log", limits, new RecordSink(target, format));
  }

  /** Formats lines as JSON, and writes them nowhere. */
  public static AccessLog discarding() {
    return new AccessLog(lines -> {}, AccessLogLine::render, new LiveCounts(), LIMITS);
  }

  /** Does nothing. */
  public static AccessLog off() {
    return new AccessLog(null, AccessLogLine::render, new LiveCounts(), LIMITS);
  }

  private static LogTarget targetOf(AccessLogConfig config) throws IOException {
    LogDestination to = config.to();
    return to.kind() == LogDestination.TargetKind.FILE
        ? new LogFile(KEY, Path.of(to.place()), config.rotate(), InstantSource.system())
        : LogTarget.open(KEY, to, MSG_ID, PATIENCE);
  }

  private static LineFormat format(AccessLogConfig config, LiveCounts counts) {
    return switch (config.format()) {
      case JSON -> AccessLogLine::render;
      case TCPLOG -> new TcpLogLine(counts, prefix(config.to()), ZoneId.systemDefault())::render;
    };
  }

  /** A syslog server puts its own before each line. */
  private static Function<Instant, String> prefix(LogDestination to) {
    return switch (to.kind()) {
      case SYSLOG_UDP, SYSLOG_TCP, SYSLOG_UNIX -> time -> "";
      default -> SyslogHeader.of(MSG_ID)::ofFile;
    };
  }

  /** What is live on this member, for the lines that tell it. */
  public LiveCounts counts() {
    return counts;
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
   * new file after a rename. No effect on anything else.
   */
  public void reopen() {
    if (target != null && batcher != null) {
      target.reopen();
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

  /** Writes the remaining lines and closes the target; returns within 5 s even if that hangs. */
  @Override
  public void close() {
    if (batcher != null) {
      batcher.close();
    }
  }

  /** The lines of {@code records}, each with a line feed. */
  @FunctionalInterface
  interface LineFormat {
    byte[] render(List<SessionRecord> records) throws IOException;
  }

  /** Formats records. */
  private record RecordSink(LogTarget target, LineFormat format)
      implements Batcher.Sink<SessionRecord> {
    @Override
    public void write(List<SessionRecord> records) throws IOException {
      target.write(format.render(records));
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
