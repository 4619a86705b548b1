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
  private static final Pattern AFTER_LINE_FEED = Pattern.compile("(?<=\n)");

  private final ConfigFormat format;
  private final List<String> keys;

  /** Lines with their ends; the first one is not blank. */
  private final List<String> rest = new ArrayList<>();

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
    cut.end();
    return String.join("", cut.rest);
  }

  private void take(String line) {
    String key = keyOf(line.stripTrailing());
    if (key != null) {
      cutting = keys.contains(key);
      if (cutting) {
        comments.clear();
      } else {
        keepComments();
      }
    }
    if (!cutting) {
      keep(line);
    } else if (line.isBlank() || line.startsWith("#")) {
      comments.add(line);
    } else {
      comments.clear();
    }
  }

  private void keep(String line) {
    if (!line.isBlank() || !rest.isEmpty()) {
      rest.add(line);
    }
  }

  /** Of the blank lines before and after a removed part, those before it stay. */
  private void keepComments() {
    boolean afterBlank = rest.isEmpty() || rest.get(rest.size() - 1).isBlank();
    comments.stream().dropWhile(line -> afterBlank && line.isBlank()).forEach(this::keep);
    comments.clear();
  }

  /** Blank lines before a removed part at the end separate nothing any more. */
  private void end() {
    keepComments();
    while (cutting && !rest.isEmpty() && rest.get(rest.size() - 1).isBlank()) {
      rest.remove(rest.size() - 1);
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
