package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.IpAddress;
import dev.fairlead.config.ParsedValue;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The value types of addresses. None of them asks a name server. */
final class AddressTypes {
  private static final Pattern HOST_NAME =
      Pattern.compile(
          "(?=.{1,253}$)(?!.*(^|\\.)\\d+\\.?$)(LABEL\\.)*LABEL\\.?"
              .replace("LABEL", "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"));
  private static final Pattern BIND =
      Pattern.compile(
          "(?:\\[(?<v6>[^\\]]*)]|(?<v4>[^\\[\\]:]*)):(?<port>\\d{1,5})"
              + "(?:-(?<last>\\d{1,5}))?");
  private static final Pattern HOST_MAYBE_PORT =
      Pattern.compile("(?:\\[(?<v6>[^\\]]*)]|(?<host>[^\\[\\]:]*))(?::(?<port>\\d{1,5}))?");
  private static final Pattern RANGE =
      Pattern.compile("(?<address>.*):(?<first>\\d{1,5})-(?<last>\\d{1,5})");
  private static final String UNIX = "unix:";

  /** What a backend's port has to be. */
  static final String PORT_OR_SAME = "1 to " + IpAddress.MAX_PORT + ", or " + BackendConfig.SAME;

  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

  /** What a socket may have between its directory and the end of its address, while it is made. */
  private static final int ROOM_IN_DIRECTORY = "/.abcde/s".length();

  private AddressTypes() {}

  static ValueType<InetAddress> ip() {
    return ValueType.parsed(IpAddress::parse, "an IP address");
  }

  /** An IP address, as it is written. */
  static ValueType<String> ipLiteral() {
    return ValueType.textThat(text -> IpAddress.parse(text).isPresent(), "an IP address");
  }

  /** An IP address or a host name, as it is written. */
  static ValueType<String> host() {
    return ValueType.textThat(AddressTypes::isHost, "a host name or an IP address");
  }

  /** A port that can be connected to. */
  static ValueType<Integer> port() {
    return ValueType.integer(1, IpAddress.MAX_PORT);
  }

  /** The port of a backend: one that can be connected to, or that of the client's connection. */
  static ValueType<Integer> portOrSame() {
    ValueType<Integer> type =
        scalar ->
            scalar.is(BackendConfig.SAME)
                ? ParsedValue.of(BackendConfig.SAME_PORT)
                : port().read(scalar).mapExpected(expected -> PORT_OR_SAME);
    return type.shaped(
        ValueShape.integer(1, IpAddress.MAX_PORT)
            .or(ValueShape.words(List.of(BackendConfig.SAME))));
  }

  /** A port to bind; 0 = any free port. */
  static ValueType<Integer> portOrAny() {
    return ValueType.integer(0, IpAddress.MAX_PORT);
  }

  /** {@code host} or {@code host:port}, an IPv6 address in brackets; as it is written. */
  static ValueType<String> hostMaybePort() {
    return ValueType.textThat(
        AddressTypes::isHostMaybePort,
        "an address such as 10.0.0.1, a.internal:5701 or [2001:db8::1]:5701");
  }

  /** Whether {@code text} is {@code host} or {@code host:port}. */
  static boolean isHostMaybePort(String text) {
    Matcher matcher = HOST_MAYBE_PORT.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    String v6 = matcher.group("v6");
    int port = matcher.group("port") == null ? 1 : Integer.parseInt(matcher.group("port"));
    return port >= 1
        && port <= IpAddress.MAX_PORT
        && (v6 == null ? isHost(matcher.group("host")) : isIpv6(v6));
  }

  private static boolean isHost(String text) {
    return HOST_NAME.matcher(text).matches() || IpAddress.parse(text).isPresent();
  }

  private static boolean isIpv6(String text) {
    return text.contains(":") && IpAddress.parse(text).isPresent();
  }

  /** Where a listener binds: an IP address and port or ports, or {@code unix:} and a path. */
  static ValueType<BindAddress> bind(Path directory) {
    ValueType<BindAddress> ip =
        ValueType.parsed(
            AddressTypes::parseBind,
            "an IP address and port such as 0.0.0.0:8080 or [::]:8080, or unix:/path");
    return scalar -> {
      String text = scalar.textOrEmpty();
      return text.startsWith(UNIX)
          ? socketToBind(directory, text.substring(UNIX.length()))
              .map(BindAddress::unix)
              .mapExpected(expected -> "unix: and " + expected)
          : outOfRange(text)
              .map(ParsedValue::<BindAddress>expected)
              .orElseGet(() -> ip.read(scalar));
    };
  }

  /** What is expected instead of a range of ports that none can bind; empty = nothing else. */
  private static Optional<String> outOfRange(String text) {
    Matcher range = RANGE.matcher(text);
    if (!range.matches() || parseBind(range.group("address") + ":1").isEmpty()) {
      return Optional.empty();
    }
    int first = Integer.parseInt(range.group("first"));
    int last = Integer.parseInt(range.group("last"));
    if (first < 1 || first > last || last > IpAddress.MAX_PORT) {
      return Optional.of(
          "a range of ports from the lower to the higher one, 1 to " + IpAddress.MAX_PORT);
    }
    int ports = last - first + 1;
    return ports > BindAddress.MOST_PORTS
        ? Optional.of(
            "a range of at most " + BindAddress.MOST_PORTS + " ports, this one has " + ports)
        : Optional.empty();
  }

  /** The path of a Unix socket to bind; a relative one is relative to {@code directory}. */
  static ValueType<String> socketToBind(Path directory) {
    return scalar -> socketToBind(directory, scalar.textOrEmpty());
  }

  private static ParsedValue<String> socketToBind(Path directory, String text) {
    int most = ValueType.MAX_SOCKET_PATH_BYTES - ROOM_IN_DIRECTORY;
    ParsedValue<String> path = ValueType.socketPath(directory, text);
    return path.value().filter(each -> directoryBytes(each) > most).isPresent()
        ? ParsedValue.expected("a path in a directory of at most " + most + " bytes")
        : path;
  }

  private static int directoryBytes(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')))
        .getBytes(StandardCharsets.UTF_8)
        .length;
  }

  /** Permission bits; a text, because a number would be decimal in some formats. */
  static ValueType<Integer> mode() {
    return ValueType.matching(MODE, "octal digits in quotes such as \"0660\"")
        .map(text -> Integer.parseInt(text, 8));
  }

  /** The name or number of a user or group; whether there is one, the machine decides. */
  static ValueType<String> account() {
    ValueType<String> type =
        scalar ->
            ParsedValue.of(
                scalar
                    .asInteger()
                    .filter(number -> number.signum() >= 0 && number.bitLength() < Integer.SIZE)
                    .map(BigInteger::toString)
                    .or(() -> Optional.of(scalar.textOrEmpty()).filter(text -> !text.isBlank())),
                "the name or number of an account");
    return type.shaped(ValueShape.integer(0, Integer.MAX_VALUE).or(ValueShape.TEXT));
  }

  private static Optional<BindAddress> parseBind(String text) {
    Matcher matcher = BIND.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String v6 = matcher.group("v6");
    String host = v6 == null ? matcher.group("v4") : v6;
    int port = Integer.parseInt(matcher.group("port"));
    int last = matcher.group("last") == null ? port : Integer.parseInt(matcher.group("last"));
    boolean valid = v6 == null ? IpAddress.parse(host).isPresent() : isIpv6(v6);
    return valid && last <= IpAddress.MAX_PORT
        ? Optional.of(BindAddress.range(host, port, last))
        : Optional.empty();
  }

  /** {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a bare address; no bits after the prefix. */
  static ValueType<Cidr> cidr() {
    return scalar -> Cidr.parse(scalar.textOrEmpty());
  }
}
