package dev.fairlead.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What belongs to one process and is read once, at start.
 *
 * @param name the member's name, null = the host name
 * @param eventLoops number of event loops, {@link #AUTO} = the cores the process may use
 * @param maxSessions most sessions at once, {@link #AUTO} = what the open-files limit allows
 * @param stateDir where the last revisions are kept, null = nowhere
 */
public record NodeConfig(
    String name,
    int eventLoops,
    TransportKind transport,
    int maxSessions,
    LogLevel logLevel,
    Admin admin,
    AccessLog accessLog,
    Shutdown shutdown,
    Path stateDir) {

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
          AccessLog.DEFAULT,
          Shutdown.DEFAULT,
          null);

  /** How bytes reach the kernel; {@code AUTO} takes the best that works here. */
  public enum TransportKind {
    AUTO,
    IO_URING,
    EPOLL,
    NIO
  }

  /** Level of the process log on stderr. */
  public enum LogLevel {
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
   * @param tokenFile a file whose first line is the bearer token, null = none; demanded when {@code
   *     host} is not loopback
   * @param tls null = plain HTTP
   */
  public record Admin(String host, int port, Path tokenFile, Tls tls) {
    public static final Admin DEFAULT = new Admin("127.0.0.1", 8081, null, null);

    /** Certificate chain and private key of the admin listener, both PEM files. */
    public record Tls(Path certificate, Path key) {}
  }

  /**
   * Where the access log goes.
   *
   * @param to {@link #STDOUT}, {@link #OFF} or the path of a file
   */
  public record AccessLog(String to) {
    public static final String STDOUT = "stdout";
    public static final String OFF = "off";
    public static final AccessLog DEFAULT = new AccessLog(STDOUT);
  }

  /**
   * How a member leaves.
   *
   * @param delay not ready but still accepting
   * @param grace time live sessions have to end by themselves
   */
  public record Shutdown(Duration delay, Duration grace) {
    public static final Shutdown DEFAULT = new Shutdown(Duration.ZERO, Duration.ofSeconds(30));
  }
}
