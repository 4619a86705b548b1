package dev.fairlead.config.bind;

import dev.fairlead.config.ParsedValue;
import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The value types of what clients ask for by TLS. */
final class RouteTypes {
  private static final String ANY_LABELS = "*.";

  /** Longer texts are no names; to convert them takes long. */
  private static final int MAX_CHARS = 255;

  /** As a client sends it; its last label is no number, which only IP addresses have. */
  private static final Pattern SERVER_NAME =
      Pattern.compile(
          "(?=.{1,253}$)(?!.*(^|\\.)\\d+$)(LABEL\\.)*LABEL"
              .replace("LABEL", "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"));

  private static final Pattern ASCII = Pattern.compile("\\p{ASCII}*");

  /**
   * Sharp s, final sigma and the two joiners: IDNA 2003, which is what {@link IDN} does, replaces
   * or drops them, and clients by IDNA 2008 keep them.
   */
  private static final Pattern AMBIGUOUS = Pattern.compile("[\\u00df\\u1e9e\\u03c2\\u200c\\u200d]");

  private static final Pattern PROTOCOL = Pattern.compile("[!-~]{1,255}");

  private RouteTypes() {}

  /**
   * A name as it is compared with that of a client: lower case, without a dot at its end, in ASCII.
   * {@code *.} may be its first label.
   */
  static ValueType<String> serverName() {
    return scalar -> {
      String text = scalar.textOrEmpty();
      return AMBIGUOUS.matcher(text).find()
          ? ParsedValue.expected(
              "the name in its xn-- form, because clients differ in how they write this one")
          : ParsedValue.of(
              normalised(text),
              "a host name such as www.example.com, or *.example.com; no IP address");
    };
  }

  private static Optional<String> normalised(String text) {
    boolean any = text.startsWith(ANY_LABELS);
    String prefix = any ? ANY_LABELS : "";
    return ascii(text.substring(prefix.length()))
        .map(name -> name.toLowerCase(Locale.ROOT))
        .map(name -> name.endsWith(".") ? name.substring(0, name.length() - 1) : name)
        .filter(name -> SERVER_NAME.matcher(name).matches())
        .map(name -> prefix + name);
  }

  private static Optional<String> ascii(String name) {
    if (name.length() > MAX_CHARS || ASCII.matcher(name).matches()) {
      return Optional.of(name);
    }
    try {
      return Optional.of(IDN.toASCII(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A name of ALPN (RFC 7301); all that are registered are printable ASCII. */
  static ValueType<String> protocol() {
    return ValueType.textThat(
        text -> PROTOCOL.matcher(text).matches(),
        "a protocol such as h2, 1 to 255 ASCII characters without spaces");
  }
}
