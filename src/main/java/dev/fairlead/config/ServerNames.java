package dev.fairlead.config;

import java.net.IDN;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of TLS servers in their normal form: lower case, ASCII, without a dot at the end. A name
 * that a client sent and one of the configuration are the same name when their normal forms are
 * equal. Stateless, any thread.
 */
public final class ServerNames {
  /** In characters, of a name as it is sent. */
  public static final int MAX_LENGTH = 255;

  private static final String WILDCARD = "*.";
  private static final String EXPECTED =
      "a host name such as www.example.com, or *.example.com; no IP address";

  /**
   * Characters of which {@link IDN} (IDNA 2003) makes another name than browsers do (UTS 46): sharp
   * s, final sigma, and the joiners without a width.
   */
  private static final Pattern AMBIGUOUS = Pattern.compile("[\u00df\u1e9e\u03c2\u200c\u200d]");

  private ServerNames() {}

  /**
   * The normal form of the name that a client sent; empty for what is no name: nothing, more than
   * 255 characters, another character than letters, digits and {@code - _ .}, an empty label, an
   * IPv4 address (RFC 6066, section 3; an IPv6 address has colons). {@code xn--} stays as it is.
   */
  public static Optional<String> ofClient(String sent) {
    if (sent.isEmpty() || sent.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    boolean dotAtEnd = sent.charAt(sent.length() - 1) == '.';
    char[] name = new char[sent.length() - (dotAtEnd ? 1 : 0)];
    char before = '.';
    for (int i = 0; i < name.length; i++) {
      char each = lowerCase(sent.charAt(i));
      if (!isPlain(each) && (each != '.' || before == '.')) {
        return Optional.empty();
      }
      name[i] = each;
      before = each;
    }
    if (before == '.') {
      return Optional.empty();
    }
    String plain = new String(name);
    return isDigit(before) && IpAddress.parse(plain).isPresent()
        ? Optional.empty()
        : Optional.of(plain);
  }

  /**
   * The normal form of a name of the configuration: one host name, or {@code *.} before the name
   * below which all names are meant. Unicode becomes ASCII: {@code *.Bücher.example} is {@code
   * *.xn--bcher-kva.example}.
   */
  public static ParsedValue<String> normalise(String configured) {
    boolean wildcard = configured.startsWith(WILDCARD);
    String name = wildcard ? configured.substring(WILDCARD.length()) : configured;
    if (AMBIGUOUS.matcher(name).find()) {
      return ParsedValue.expected(
          "the name in its xn-- form, because clients differ in how they write this one");
    }
    return ParsedValue.of(ascii(name).flatMap(ServerNames::ofClient), EXPECTED)
        .map(plain -> wildcard ? WILDCARD + plain : plain);
  }

  private static Optional<String> ascii(String name) {
    try {
      return Optional.of(IDN.toASCII(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean isPlain(char each) {
    return (each >= 'a' && each <= 'z') || isDigit(each) || each == '-' || each == '_';
  }

  private static boolean isDigit(char each) {
    return each >= '0' && each <= '9';
  }

  /** ASCII only, in every locale. */
  private static char lowerCase(char each) {
    return each >= 'A' && each <= 'Z' ? (char) (each + ('a' - 'A')) : each;
  }
}
