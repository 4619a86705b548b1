package dev.fairlead.config.text;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.ScalarKind;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sets one key of a map in a text and keeps every other character: the value is replaced, or the
 * new key is written as its neighbours are. It goes by the places of keys and knows little of the
 * syntax, so the caller must parse the result and compare it.
 */
record TextEdit(ConfigFormat format, String text) {
  private static final String KEY =
      "(?<key>\"(?:[^\"\\\\]++|\\\\.)*+\"|'[^']*+'|[^\\s:=\"']++)(?<sep>\\s*+[:=]\\s*+)";
  private static final String QUOTED = "\"(?:[^\"\\\\]++|\\\\.)*+\"|'[^']*+'";
  private static final Pattern FLOW_ENTRY =
      Pattern.compile(KEY + "(?<value>" + QUOTED + "|[^,}\\]#\\n]*[^,}\\]#\\s])");
  private static final Pattern BLOCK_ENTRY =
      Pattern.compile(KEY + "(?<value>" + QUOTED + "|[^#\\n]*[^#\\s])");

  /** An anchor may stand before the brace. */
  private static final Pattern FLOW_MAP = Pattern.compile("(?:&\\S++\\s++)?\\{");

  /** The text with {@code key} of {@code map} set; empty where its places do not suffice. */
  Optional<String> set(Tree.Mapping map, String key, Tree.Scalar value) {
    boolean flow = at(FLOW_MAP, map.place()).isPresent();
    Pattern pattern = flow ? FLOW_ENTRY : BLOCK_ENTRY;
    Tree.KeyValue present = map.entries().get(key);
    if (present != null) {
      return at(pattern, present.place()).map(entry -> replaced(entry, value));
    }
    return lastKey(map)
        .flatMap(last -> at(pattern, last))
        .map(last -> flow ? insertedInFlow(last, key, value) : insertedAsLine(last, key, value));
  }

  /** A map of one key, on one line. */
  Tree.Scalar mapOf(String key, Tree.Scalar value) {
    String entry =
        switch (format) {
          case YAML -> "{ " + key + ": " + value.text() + " }";
          case JSON -> "{\"" + key + "\": " + value.text() + "}";
          case TOML -> "{ " + key + " = " + value.text() + " }";
        };
    return new Tree.Scalar(value.place(), ScalarKind.OTHER, entry);
  }

  /** What stands at {@code place}. */
  private Optional<Matcher> at(Pattern pattern, Place place) {
    int start = offset(place);
    if (start < 0) {
      return Optional.empty();
    }
    Matcher matcher = pattern.matcher(text).region(start, text.length());
    return matcher.lookingAt() ? Optional.of(matcher) : Optional.empty();
  }

  /** Where a place is in the text, or -1. */
  private int offset(Place place) {
    int start = place.line() == 0 ? -1 : 0;
    for (int line = 1; line < place.line() && start >= 0; line++) {
      int end = text.indexOf('\n', start);
      start = end < 0 ? -1 : end + 1;
    }
    int column = place.column() - 1;
    if (start < 0 || column < 0 || column > text.length() - start) {
      return -1;
    }
    if (format == ConfigFormat.JSON) {
      return start + column;
    }
    boolean inside = column <= text.codePointCount(start, text.length());
    return inside ? text.offsetByCodePoints(start, column) : -1;
  }

  private static Optional<Place> lastKey(Tree.Mapping map) {
    return map.entries().values().stream()
        .filter(entry -> entry.value() instanceof Tree.Scalar)
        .map(Tree.KeyValue::place)
        .max(Comparator.comparingInt(Place::line).thenComparingInt(Place::column));
  }

  private String replaced(Matcher entry, Tree.Scalar value) {
    boolean quoted = format != ConfigFormat.YAML || entry.group("value").startsWith("\"");
    return text.substring(0, entry.start("value"))
        + written(value, quoted)
        + text.substring(entry.end("value"));
  }

  /** A map on one line gets the key at its end; else before its last key, on its own line. */
  private String insertedInFlow(Matcher last, String key, Tree.Scalar value) {
    String entry = entry(last, key, value);
    int at = last.start();
    String before = text.substring(text.lastIndexOf('\n', at - 1) + 1, at);
    if (before.isBlank()) {
      return inserted(at, entry + "," + lineBreak(at) + before);
    }
    return inserted(last.end(), (last.group("sep").endsWith(" ") ? ", " : ",") + entry);
  }

  /** On a line of its own after that of the last key, comment included. */
  private String insertedAsLine(Matcher last, String key, Tree.Scalar value) {
    int lineStart = text.lastIndexOf('\n', last.start() - 1) + 1;
    String indent = text.substring(lineStart, last.start()).replaceAll("\\S", " ");
    int feed = text.indexOf('\n', last.end());
    int end = feed < 0 ? text.length() : feed;
    String lineBreak = lineBreak(end);
    int at = feed < 0 ? end : end + 1 - lineBreak.length();
    return inserted(at, lineBreak + indent + entry(last, key, value));
  }

  private String inserted(int at, String more) {
    return text.substring(0, at) + more + text.substring(at);
  }

  /** That of the line before {@code offset} or at it. */
  private String lineBreak(int offset) {
    int feed = text.charAt(Math.min(offset, text.length() - 1)) == '\n' ? offset : -1;
    int nearest = feed < 0 ? text.lastIndexOf('\n', offset - 1) : feed;
    return nearest > 0 && text.charAt(nearest - 1) == '\r' ? "\r\n" : "\n";
  }

  /** Written as its neighbour is. */
  private String entry(Matcher neighbour, String key, Tree.Scalar value) {
    boolean quoted = neighbour.group("key").startsWith("\"");
    String separator = neighbour.group("sep");
    String name = quoted ? "\"" + key + "\"" : key;
    boolean oneLine = separator.indexOf('\n') < 0;
    return name
        + (oneLine ? separator : separator.strip() + " ")
        + written(value, quoted || format != ConfigFormat.YAML);
  }

  private static String written(Tree.Scalar value, boolean quoted) {
    return quoted && value.kind() == ScalarKind.TEXT ? "\"" + value.text() + "\"" : value.text();
  }
}
