package dev.fairlead.imports;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes single values and lists of them as YAML 1.2, with quotes where a reader needs them. */
final class YamlScalar {
  /** Surely a text, wherever it stands. */
  private static final Pattern PLAIN =
      Pattern.compile(
          "(?!(?i:true|false|null|~)$)[A-Za-z_/](?:[A-Za-z0-9_./@+-]|:(?=[^\\s,]))*"
              + "|\\d+(?:\\.\\d+){3}(?::\\d+|/\\d+)?|\\d+(?:ms|[smhd%])|\\d+(?:-\\d+)");

  /** What would end a value between braces or brackets. */
  private static final Pattern NOT_IN_FLOW = Pattern.compile("[\\[\\]{},:]");

  private YamlScalar() {}

  static String show(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(YamlScalar::showInFlow).collect(Collectors.joining(", ", "[", "]"));
    }
    return value instanceof String text ? text(text, PLAIN.matcher(text).matches()) : "" + value;
  }

  /** The same between braces or brackets. */
  static String showInFlow(Object value) {
    return value instanceof String text
        ? text(text, PLAIN.matcher(text).matches() && !NOT_IN_FLOW.matcher(text).find())
        : show(value);
  }

  private static String text(String text, boolean plain) {
    if (plain) {
      return text;
    }
    return text.chars().anyMatch(Character::isISOControl)
        ? doubleQuoted(text)
        : text.contains("\\") || text.contains("\"")
            ? "'" + text.replace("'", "''") + "'"
            : '"' + text + '"';
  }

  private static String doubleQuoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (Character.isISOControl(c)) {
        out.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
