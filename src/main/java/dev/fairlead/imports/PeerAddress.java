package dev.fairlead.imports;

import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address as HAProxy and nginx write it. Any part may have variables. Immutable.
 *
 * @param host without brackets, empty = every address; null with {@code unix}
 * @param port as it is written, empty = none
 * @param unix the path of a Unix socket; null = none
 */
public record PeerAddress(@Nullable String host, String port, @Nullable String unix) {
  private static final Pattern FAMILY =
      Pattern.compile("(?:(?:tcp|ipv|mptcp|mptcpv)[46]?)@(?<rest>.*)");
  private static final Pattern UNIX =
      Pattern.compile("(?:unix[@:])?(?<path>/.*)|unix[@:](?<rel>.+)");
  private static final Pattern OTHER = Pattern.compile("[a-z]+@.*");
  private static final Pattern BRACKETS = Pattern.compile("\\[(?<host>[^\\]]*)](?::(?<port>.*))?");
  private static final Pattern PORT =
      Pattern.compile(
          "(?<host>.*?)(?::(?<port>\\d+|[+-]\\d+|\\d{1,5}-\\d{1,5}|\\$\\{\\w+(?::\\d*)?}|))?");

  /** Empty for a kind of address that Fairlead has not, such as {@code fd@3}. */
  public static Optional<PeerAddress> parse(String text) {
    Matcher unix = UNIX.matcher(text);
    if (unix.matches()) {
      String path = unix.group("path") == null ? unix.group("rel") : unix.group("path");
      return Optional.of(new PeerAddress(null, "", path));
    }
    Matcher family = FAMILY.matcher(text);
    String rest = family.matches() ? family.group("rest") : text;
    if (OTHER.matcher(rest).matches()) {
      return Optional.empty();
    }
    Matcher brackets = BRACKETS.matcher(rest);
    Matcher ip = brackets.matches() ? brackets : PORT.matcher(rest);
    return ip.matches()
        ? Optional.of(new PeerAddress(host(ip.group("host")), orEmpty(ip.group("port")), null))
        : Optional.empty();
  }

  private static String host(String text) {
    return text.equals("*") ? "" : text;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  public boolean isUnix() {
    return unix != null;
  }

  /**
   * Whether {@code [::]} of {@code others} takes its clients too: it is every address of IPv4, and
   * of the same port.
   */
  public boolean isWithin(Collection<PeerAddress> others) {
    boolean any4 = host != null && (host.isEmpty() || host.equals("0.0.0.0"));
    return any4 && others.contains(new PeerAddress("::", port, null));
  }

  /** The value of {@code bind}: every address of IPv4 where no host is given. */
  public String bind(String itsPort) {
    if (unix != null) {
      return "unix:" + unix;
    }
    String shown = host == null || host.isEmpty() ? "0.0.0.0" : host;
    return (shown.contains(":") && !shown.contains("$") ? "[" + shown + "]" : shown)
        + ":"
        + itsPort;
  }

  /** Puts {@code host} and {@code port}, or {@code unix}. */
  public YamlBlock putInto(YamlBlock backend) {
    return unix != null
        ? backend.put("unix", unix)
        : backend.put("host", host).put("port", ForeignNumber.show(port));
  }
}
