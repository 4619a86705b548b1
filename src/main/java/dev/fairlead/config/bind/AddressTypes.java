package dev.fairlead.config.bind;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.bind.ValueType.Outcome;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kinds of values that are addresses. Nothing here asks a name server. */
public final class AddressTypes {
  static final int MAX_PORT = 65_535;

  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile("(" + OCTET + "\\.){3}" + OCTET);
  private static final Pattern MAYBE_IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final Pattern HOST_NAME =
      Pattern.compile(
          "(?=.{1,253}$)(?!.*(^|\\.)\\d+\\.?$)(LABEL\\.)*LABEL\\.?"
              .replace("LABEL", "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"));
  private static final Pattern BIND =
      Pattern.compile("(?:\\[(?<v6>[^\\]]*)]|(?<v4>[^\\[\\]:]*)):(?<port>\\d{1,5})");
  private static final Pattern HOST_MAYBE_PORT =
      Pattern.compile("(?:\\[(?<v6>[^\\]]*)]|(?<host>[^\\[\\]:]*))(?::(?<port>\\d{1,5}))?");

  private AddressTypes() {}

  /** An address from its literal, without brackets or zone; empty = it is none. */
  public static Optional<InetAddress> parseIp(String text) {
    if (!IPV4.matcher(text).matches() && !MAYBE_IPV6.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      // Only a literal gets here: with a colon, the JDK parses or throws, and never resolves.
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  static ValueType<InetAddress> ip() {
    return ipLiteral().map(literal -> parseIp(literal).orElseThrow());
  }

  /** An IP address, as it is written. */
  static ValueType<String> ipLiteral() {
    return scalar ->
        scalar.isText() && parseIp(scalar.text()).isPresent()
            ? Outcome.of(scalar.text())
            : Outcome.expected("an IP address");
  }

  /** An IP address or a host name, as it is written. */
  static ValueType<String> host() {
    return scalar ->
        scalar.isText() && isHost(scalar.text())
            ? Outcome.of(scalar.text())
            : Outcome.expected("a host name or an IP address");
  }

  /** {@code host} or {@code host:port}, an IPv6 address in brackets; as it is written. */
  static ValueType<String> hostMaybePort() {
    return scalar ->
        scalar.isText() && isHostMaybePort(scalar.text())
            ? Outcome.of(scalar.text())
            : Outcome.expected(
                "an address such as 10.0.0.1, a.internal:5701 or [2001:db8::1]:5701");
  }

  private static boolean isHostMaybePort(String text) {
    Matcher matcher = HOST_MAYBE_PORT.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    String v6 = matcher.group("v6");
    int port = matcher.group("port") == null ? 1 : Integer.parseInt(matcher.group("port"));
    boolean host =
        v6 == null ? isHost(matcher.group("host")) : v6.contains(":") && parseIp(v6).isPresent();
    return host && port >= 1 && port <= MAX_PORT;
  }

  private static boolean isHost(String text) {
    return HOST_NAME.matcher(text).matches() || parseIp(text).isPresent();
  }

  /** Where a listener binds: an IP address and port, or {@code unix:} and a path. */
  static ValueType<BindAddress> bind(Path directory) {
    return scalar -> {
      String text = scalar.isText() ? scalar.text() : "";
      if (text.startsWith("unix:")) {
        Outcome<String> path = ValueTypes.socketPath(directory, text.substring("unix:".length()));
        return path.isRead()
            ? Outcome.of(BindAddress.unix(path.value()))
            : Outcome.expected("unix: and " + path.expected());
      }
      return parseBind(text)
          .map(Outcome::of)
          .orElseGet(
              () ->
                  Outcome.expected(
                      "an IP address and port such as 0.0.0.0:8080 or [::]:8080,"
                          + " or unix:/path"));
    };
  }

  private static Optional<BindAddress> parseBind(String text) {
    Matcher matcher = BIND.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String v6 = matcher.group("v6");
    String host = v6 == null ? matcher.group("v4") : v6;
    int port = Integer.parseInt(matcher.group("port"));
    boolean valid = (v6 == null || v6.contains(":")) && parseIp(host).isPresent();
    return valid && port <= MAX_PORT ? Optional.of(BindAddress.ip(host, port)) : Optional.empty();
  }

  /** {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a bare address; no bits after the prefix. */
  static ValueType<Cidr> cidr() {
    return scalar -> Cidr.parse(scalar.isText() ? scalar.text() : "");
  }
}
