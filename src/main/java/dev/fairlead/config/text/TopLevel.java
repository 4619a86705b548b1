package dev.fairlead.config.text;

import dev.fairlead.config.ConfigFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Removes top-level keys from a text with everything below them and keeps all other lines
 * unchanged: {@code node:} in YAML with the lines up to the next key; {@code [node]}, {@code
 * [node.admin]} and {@code node.name = } in TOML. It compares lines and ignores syntax, so the
 * caller must parse the result and compare it. One text, one thread.
 */
final class TopLevel {
  private static final Pattern YAML_KEY = Pattern.compile("[\"']?([\\w-]*).*");
  private static final Pattern TOML_TABLE = Pattern.compile("\\h*\\[+\\h*[\"']?([\\w-]+).*");
  private static final Pattern TOML_KEY = Pattern.compile("\\h*[\"']?([\\w-]+)[\"']?\\h*[.=].*");
  private static final Pattern BLANK_BEGINNING = Pattern.compile("\\A(\\h*\\R)+");
  private static final Pattern AFTER_LINE_FEED = Pattern.compile("(?<=\n)");

  private final ConfigFormat format;
  private final List<String> keys;
  private final StringBuilder rest = new StringBuilder();

  /** Comments at the end of a removed part; they may belong to the next key. */
  private final List<String> comments = new ArrayList<>();

  private boolean cutting;
  private boolean inTable;

  private TopLevel(ConfigFormat format, List<String> keys) {
    this.format = format;
    this.keys = keys;
  }

  /** {@code text} in YAML or TOML, without {@code keys}. */
  static String without(List<String> keys, ConfigFormat format, String text) {
    TopLevel cut = new TopLevel(format, keys);
    AFTER_LINE_FEED.splitAsStream(text).forEach(cut::take);
    cut.comments.forEach(cut.rest::append);
    return BLANK_BEGINNING.matcher(cut.rest).replaceFirst("");
  }

  private void take(String line) {
    String key = keyOf(line.stripTrailing());
    if (key != null) {
      cutting = keys.contains(key);
      if (!cutting) {
        comments.forEach(rest::append);
      }
      comments.clear();
    }
    if (!cutting) {
      rest.append(line);
    } else if (line.isBlank() || line.startsWith("#")) {
      comments.add(line);
    } else {
      comments.clear();
    }
  }

  /** The top-level key that begins on this line, null = the line belongs to the one before. */
  private @Nullable String keyOf(String line) {
    if (format == ConfigFormat.YAML) {
      boolean begins = !line.isBlank() && " \t#".indexOf(line.charAt(0)) < 0;
      return begins ? found(YAML_KEY, line) : null;
    }
    String table = found(TOML_TABLE, line);
    inTable |= table != null;
    return inTable ? table : found(TOML_KEY, line);
  }

  private static @Nullable String found(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.matches() ? matcher.group(1) : null;
  }
}
