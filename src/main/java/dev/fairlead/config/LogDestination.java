package dev.fairlead.config;

/**
 * Where a log goes.
 *
 * @param place the absolute path of a file or socket, or the host of a syslog server; empty = none
 * @param port of a syslog server, else 0
 */
public record LogDestination(TargetKind kind, String place, int port) {
  public static final LogDestination OFF = new LogDestination(TargetKind.OFF, "", 0);
  public static final LogDestination STDOUT = new LogDestination(TargetKind.STDOUT, "", 0);
  public static final LogDestination STDERR = new LogDestination(TargetKind.STDERR, "", 0);

  /** The port of syslog where none is written. */
  public static final int SYSLOG_PORT = 514;

  /** The ways to write a log. */
  public enum TargetKind implements Labelled {
    OFF,
    STDOUT,
    STDERR,
    FILE,
    SYSLOG_UDP,
    SYSLOG_TCP,
    SYSLOG_UNIX
  }

  /** The file of this absolute path. */
  public static LogDestination file(String path) {
    return new LogDestination(TargetKind.FILE, path, 0);
  }

  public boolean isOff() {
    return kind == TargetKind.OFF;
  }

  /** As the configuration writes it: {@code syslog+tcp://logs.internal:514}. */
  @Override
  public String toString() {
    String host = place.contains(":") ? "[" + place + "]" : place;
    return switch (kind) {
      case OFF, STDOUT, STDERR -> kind.label();
      case FILE -> place;
      case SYSLOG_UDP -> "syslog://" + host + ":" + port;
      case SYSLOG_TCP -> "syslog+tcp://" + host + ":" + port;
      case SYSLOG_UNIX -> "syslog:" + place;
    };
  }
}
