package dev.fairlead.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Literals of IP addresses. Never asks a name server. Any thread. */
public final class IpAddress {
  public static final int MAX_PORT = 65_535;

  /** Of the longest literal, an IPv6 address with an IPv4 address at its end. */
  private static final int MAX_CHARS = 45;

  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile("(" + OCTET + "\\.){3}" + OCTET);
  private static final Pattern MAYBE_IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private IpAddress() {}

  /** The address of a literal without brackets or zone; empty for any other text. */
  public static Optional<InetAddress> parse(String text) {
    if (text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    if (!IPV4.matcher(text).matches() && !MAYBE_IPV6.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      // Only literals reach this: with a colon in it, the JDK parses or throws, and never resolves.
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  public static String withPort(String host, int port) {
    return withPort(host, String.valueOf(port));
  }

  /** The same with a port, or what stands for it, as text. */
  static String withPort(String host, String port) {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
