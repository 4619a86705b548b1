package dev.fairlead.config.bind;

import dev.fairlead.config.LogDestination;
import dev.fairlead.config.LogDestination.TargetKind;
import dev.fairlead.config.ParsedValue;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value types of logs.
 *
 * @param path of files; a relative one is relative to the configuration's directory
 */
record LogTypes(ValueType<Path> path) {
  private static final String SYSLOG =
      "syslog://host:514, syslog+tcp://host:514 or syslog:/dev/log";
  private static final Pattern SERVER =
      Pattern.compile(
          "syslog(?<tcp>\\+tcp)?://(?<address>(?:\\[(?<v6>[^\\]]*)]|(?<host>[^\\[\\]:/]*))"
              + "(?::(?<port>\\d{1,5}))?)");
  private static final Pattern SOCKET = Pattern.compile("syslog:(?<path>(?!//).+)");

  /** So that a misspelt address does not become the name of a file. */
  private static final Pattern OTHER_SCHEME = Pattern.compile("(?i)syslog[:+].*|[a-z0-9+]+://.*");

  /** A syslog server. */
  ValueType<LogDestination> syslog() {
    return scalar -> {
      String text = scalar.textOrEmpty();
      Matcher server = SERVER.matcher(text);
      if (server.matches()) {
        return AddressTypes.isHostMaybePort(server.group("address"))
            ? ParsedValue.of(server(server))
            : ParsedValue.expected(SYSLOG);
      }
      Matcher socket = SOCKET.matcher(text);
      return socket.matches() ? socket(socket.group("path")) : ParsedValue.expected(SYSLOG);
    };
  }

  private static LogDestination server(Matcher server) {
    String v6 = server.group("v6");
    String port = server.group("port");
    return new LogDestination(
        server.group("tcp") == null ? TargetKind.SYSLOG_UDP : TargetKind.SYSLOG_TCP,
        v6 == null ? server.group("host") : v6,
        port == null ? LogDestination.SYSLOG_PORT : Integer.parseInt(port));
  }

  private ParsedValue<LogDestination> socket(String text) {
    return ValueType.socketPath(Path.of("/"), text)
        .map(each -> new LogDestination(TargetKind.SYSLOG_UNIX, each, 0))
        .mapExpected(expected -> "syslog: and " + expected);
  }

  /** A file or a syslog server. */
  ValueType<LogDestination> fileOrSyslog() {
    ValueType<LogDestination> syslog = syslog();
    ValueType<LogDestination> file = path.map(each -> LogDestination.file(each.toString()));
    return scalar ->
        OTHER_SCHEME.matcher(scalar.textOrEmpty()).matches()
            ? syslog.read(scalar)
            : file.read(scalar).mapExpected(expected -> expected + ", or " + SYSLOG);
  }
}
