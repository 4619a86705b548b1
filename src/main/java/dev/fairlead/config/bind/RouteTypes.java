package dev.fairlead.config.bind;

import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.ServerNames;
import java.util.regex.Pattern;

/** The value types of what clients ask for by TLS. */
final class RouteTypes {
  /** Longer texts are no names; to convert them takes long. */
  private static final int MAX_CHARS = 255;

  private static final String NAME =
      "a host name such as www.example.com, or *.example.com; no IP address";

  /** Its last label is no number, which only IP addresses have. */
  private static final Pattern SERVER_NAME =
      Pattern.compile(
          "(\\*\\.)?(?=.{1,253}$)(?!.*(^|\\.)\\d+$)(LABEL\\.)*LABEL"
              .replace("LABEL", "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"));

  private static final Pattern PROTOCOL = Pattern.compile("[!-~]{1,255}");

  private RouteTypes() {}

  /** A name as {@link ServerNames#normalise} has it. */
  static ValueType<String> serverName() {
    return scalar -> {
      String text = scalar.textOrEmpty();
      if (text.length() > MAX_CHARS) {
        return ParsedValue.expected(NAME);
      }
      ParsedValue<String> name = ServerNames.normalise(text);
      boolean valid = name.value().filter(each -> !SERVER_NAME.matcher(each).matches()).isEmpty();
      return valid ? name : ParsedValue.expected(NAME);
    };
  }

  /** A name of ALPN (RFC 7301); all that are registered are printable ASCII. */
  static ValueType<String> protocol() {
    return ValueType.matching(
        PROTOCOL, "a protocol such as h2, 1 to 255 ASCII characters without spaces");
  }
}
