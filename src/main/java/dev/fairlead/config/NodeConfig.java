package dev.fairlead.config;

import dev.fairlead.config.TlsConfig.ProviderChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one process; read at start only.
 *
 * @param name the member's name, null = the host name
 * @param eventLoops number of event loops, {@link #AUTO} = the cores the process may use
 * @param maxSessions most sessions at one time, {@link #AUTO} = what the open-files limit allows
 * @param stateDir directory that keeps the last revisions, null = none are kept
 * @param tlsProvider who does the cryptography of TLS for clients and backends
 * @param splice whether long streams stay in the kernel, where the transport can do that
 * @param rehearsal longest time for which the member relays sessions of its own before it accepts
 *     clients, so that their code is compiled; zero = it does not
 * @param environment names of variables, with {@code *} for any part, that pushed documents may use
 * @param logFormat of the process log, and of the audit log
 * @param logTo where the process log goes: stderr or a syslog server
 */
public record NodeConfig(
    @Nullable String name,
    int eventLoops,
    TransportKind transport,
    int maxSessions,
    LogLevel logLevel,
    Admin admin,
    AccessLogConfig accessLog,
    ShutdownConfig shutdown,
    @Nullable Path stateDir,
    ProviderChoice tlsProvider,
    boolean splice,
    Duration rehearsal,
    List<String> environment,
    LogFormat logFormat,
    LogDestination logTo,
    AuditLogConfig auditLog,
    MetricsConfig metrics) {
  /** Stands for {@code auto} in {@link #eventLoops} and {@link #maxSessions}. */
  public static final int AUTO = 0;

  public static final NodeConfig DEFAULT =
      new NodeConfig(
          null,
          AUTO,
          TransportKind.AUTO,
          AUTO,
          LogLevel.INFO,
          Admin.DEFAULT,
          AccessLogConfig.DEFAULT,
          ShutdownConfig.DEFAULT,
          null,
          ProviderChoice.AUTO,
          false,
          Duration.ofSeconds(1),
          List.of(),
          LogFormat.TEXT,
          LogDestination.STDERR,
          AuditLogConfig.DEFAULT,
          MetricsConfig.DEFAULT);

  public NodeConfig {
    environment = List.copyOf(environment);
  }

  /** Netty's transport; {@code AUTO} takes the best that this machine supports. */
  public enum TransportKind implements Labelled {
    AUTO,
    IO_URING,
    EPOLL,
    NIO;

    /** With the underscore, as the kernel's interface is written: {@code io_uring}. */
    @Override
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How the lines of the process log look; JSON is one object a line. */
  public enum LogFormat implements Labelled {
    TEXT,
    JSON
  }

  /** Level of the process log. */
  public enum LogLevel implements Labelled {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /**
   * The admin listener.
   *
   * @param port 0 = any free port
   * @param tokenFile a file whose first line is the bearer token, null = none; required when {@code
   *     host} is not loopback
   * @param tls null = plain HTTP
   * @param maxConnections at one time; a quarter of it from one source address
   * @param readTokenFile as {@code tokenFile}, of a token that may look and not change anything
   */
  public record Admin(
      String host,
      int port,
      @Nullable Path tokenFile,
      @Nullable AdminTls tls,
      int maxConnections,
      @Nullable Path readTokenFile) {
    public static final Admin DEFAULT = new Admin("127.0.0.1", 8081, null, null, 128, null);

    /**
     * TLS of the admin listener; all are PEM files.
     *
     * @param certificate with those of its issuers
     * @param clientCa certificates of the authorities that sign those of clients; null = clients
     *     need none
     */
    public record AdminTls(Path certificate, Path key, @Nullable Path clientCa) {}
  }

  /**
   * The access log.
   *
   * @param to stdout, off, a file or a syslog server
   * @param rotate null = files are not rotated
   */
  public record AccessLogConfig(
      AccessLogFormat format, LogDestination to, @Nullable Rotation rotate) {
    public static final AccessLogConfig DEFAULT =
        new AccessLogConfig(AccessLogFormat.JSON, LogDestination.STDOUT, null);

    /** JSON is one object a line; TCPLOG is the line of HAProxy's {@code option tcplog}. */
    public enum AccessLogFormat implements Labelled {
      JSON,
      TCPLOG
    }

    /**
     * When a file begins anew.
     *
     * @param bytes before it is larger than this; 0 = of any size
     * @param every at the multiples of it since 1970, UTC; zero = at no time
     * @param keep how many older files stay
     */
    public record Rotation(int bytes, Duration every, int keep) {
      public static final int DEFAULT_KEEP = 7;
    }
  }

  /**
   * The log of what was changed, beside its lines in the process log.
   *
   * @param to off, a file or a syslog server
   */
  public record AuditLogConfig(LogDestination to) {
    public static final AuditLogConfig DEFAULT = new AuditLogConfig(LogDestination.OFF);
  }

  /**
   * What is measured, and where it is sent.
   *
   * @param backends most backends with metrics of their own; the others of a pool share one row
   * @param otlp where metrics are sent besides being scraped, null = nowhere
   */
  public record MetricsConfig(int backends, @Nullable OtlpTarget otlp) {
    public static final MetricsConfig DEFAULT = new MetricsConfig(500, null);

    /**
     * A receiver of OpenTelemetry metrics over HTTP.
     *
     * @param url with the path, as {@code http://127.0.0.1:4318/v1/metrics}
     * @param interval between two sendings
     * @param headers of each request, as {@code Authorization}; may be secret
     */
    public record OtlpTarget(String url, Duration interval, Map<String, String> headers) {
      public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(60);

      public OtlpTarget {
        headers = Map.copyOf(headers);
      }

      /** Without the headers, which may have a secret. */
      @Override
      public String toString() {
        return url + " every " + interval;
      }
    }
  }

  /**
   * How a member drains before it stops.
   *
   * @param delay not ready but still accepting clients
   * @param grace after the delay, longest time for live sessions to end by themselves
   */
  public record ShutdownConfig(Duration delay, Duration grace) {
    public static final ShutdownConfig DEFAULT =
        new ShutdownConfig(Duration.ZERO, Duration.ofSeconds(30));
  }
}
