package dev.fairlead.config.text;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/** Writes one value as people might: in blocks or braces, on one line or many, with comments. */
final class RandomLayout {
  /** A key with a dot would be two in TOML. */
  private static final Pattern BARE_KEY = Pattern.compile("[A-Za-z0-9_-]+");

  private static final Pattern PLAIN = Pattern.compile("(?!(true|false|null)$)[a-z][a-z0-9./-]*");

  private final Random random;
  private final String lineBreak;
  private final StringBuilder text = new StringBuilder();

  private RandomLayout(Random random) {
    this.random = random;
    this.lineBreak = random.nextInt(4) == 0 ? "\r\n" : "\n";
  }

  static String yaml(JsonObject whole, Random random) {
    RandomLayout layout = new RandomLayout(random);
    layout.block(whole, "");
    return layout.finished();
  }

  static String json(JsonObject whole, Random random) {
    RandomLayout layout = new RandomLayout(random);
    layout.braces(whole, "", new Braces(":", true, random.nextBoolean(), ""));
    return layout.finished();
  }

  static String toml(JsonObject whole, Random random) {
    RandomLayout layout = new RandomLayout(random);
    layout.table(whole, "");
    return layout.finished();
  }

  /** How maps in braces are written; {@code end} may stand after the last item of a list. */
  private record Braces(String separator, boolean quoted, boolean manyLines, String end) {}

  private String finished() {
    boolean cut = random.nextInt(4) == 0;
    return (random.nextInt(4) == 0 ? "\uFEFF" : "")
        + (cut ? text.toString().stripTrailing() : text.toString());
  }

  private boolean rarely() {
    return random.nextInt(5) == 0;
  }

  private void comments(String indent) {
    if (rarely()) {
      text.append(indent).append("# weight: 5, state: \"x\" \u00e4\uD83D\uDE00").append(lineBreak);
    }
    if (rarely()) {
      text.append(lineBreak);
    }
  }

  private void endOfLine() {
    text.append(rarely() ? "  # { weight = 1 }" : "").append(lineBreak);
  }

  private String key(String key, boolean quoted) {
    return quoted || !BARE_KEY.matcher(key).matches() ? "\"" + key + "\"" : key;
  }

  private String scalar(Object value, boolean quoted) {
    boolean plain = !quoted && value instanceof String word && PLAIN.matcher(word).matches();
    return plain ? value.toString() : Json.encode(value);
  }

  /** YAML in block style; the first key stands where the text ends. */
  private void block(JsonObject map, String indent) {
    boolean quoted = rarely();
    boolean first = true;
    for (Map.Entry<String, Object> entry : map) {
      if (!first || indent.isEmpty()) {
        comments(indent);
      }
      text.append(first ? "" : indent).append(key(entry.getKey(), quoted)).append(':');
      value(entry.getValue(), indent, quoted);
      first = false;
    }
  }

  private void value(Object value, String indent, boolean quoted) {
    String deeper = indent + " ".repeat(1 + random.nextInt(4));
    if (value instanceof JsonObject map && !map.isEmpty() && random.nextBoolean()) {
      text.append(lineBreak).append(deeper);
      block(map, deeper);
    } else if (value instanceof JsonArray list && !list.isEmpty() && random.nextInt(4) > 0) {
      text.append(lineBreak);
      items(list, random.nextBoolean() ? indent : deeper);
    } else {
      text.append(" ".repeat(1 + random.nextInt(3)));
      inBraces(value, deeper, quoted);
      endOfLine();
    }
  }

  private void items(JsonArray list, String indent) {
    for (Object item : list) {
      comments(indent);
      String gap = " ".repeat(1 + random.nextInt(3));
      text.append(indent).append('-').append(gap);
      if (item instanceof JsonObject map && !map.isEmpty() && random.nextBoolean()) {
        block(map, indent + " " + gap);
      } else {
        inBraces(item, indent + "  ", false);
        endOfLine();
      }
    }
  }

  private void inBraces(Object value, String indent, boolean quoted) {
    braces(value, indent, new Braces(": ", quoted, rarely(), rarely() ? "," : ""));
  }

  private void braces(Object value, String indent, Braces style) {
    String gap = random.nextBoolean() ? "" : " ";
    if (value instanceof JsonObject map) {
      Iterator<Map.Entry<String, Object>> entries = map.iterator();
      text.append('{');
      while (entries.hasNext()) {
        Map.Entry<String, Object> entry = entries.next();
        next(indent, style, gap);
        text.append(key(entry.getKey(), style.quoted)).append(style.separator);
        text.append(style.manyLines ? " " : "");
        braces(entry.getValue(), indent + "  ", style);
        text.append(entries.hasNext() ? "," + gap : "");
      }
      end(indent, style, map.isEmpty());
      text.append('}');
    } else if (value instanceof JsonArray list) {
      Iterator<Object> items = list.iterator();
      text.append('[');
      while (items.hasNext()) {
        next(indent, style, gap);
        braces(items.next(), indent + "  ", style);
        text.append(items.hasNext() ? "," + gap : style.end);
      }
      end(indent, style, list.isEmpty());
      text.append(']');
    } else {
      text.append(scalar(value, style.quoted));
    }
  }

  private void next(String indent, Braces style, String gap) {
    if (style.manyLines) {
      text.append(lineBreak).append(indent).append("  ");
    } else {
      text.append(gap);
    }
  }

  private void end(String indent, Braces style, boolean empty) {
    text.append(style.manyLines && !empty ? lineBreak + indent : "");
  }

  /** TOML: values first, then tables, because those take what follows them. */
  private void table(JsonObject map, String path) {
    List<Map.Entry<String, Object>> later = new ArrayList<>();
    String indent = " ".repeat(random.nextInt(3));
    boolean quoted = rarely();
    for (Map.Entry<String, Object> entry : map) {
      if (isTable(entry.getValue()) && random.nextInt(4) > 0) {
        later.add(entry);
        continue;
      }
      comments(indent);
      text.append(indent).append(key(entry.getKey(), quoted)).append(" = ");
      braces(entry.getValue(), "", new Braces(" = ", true, false, ""));
      endOfLine();
    }
    for (Map.Entry<String, Object> entry : later) {
      String inner = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      if (entry.getValue() instanceof JsonObject table) {
        text.append('[').append(inner).append(']').append(lineBreak);
        table(table, inner);
      } else {
        for (Object item : (JsonArray) entry.getValue()) {
          text.append("[[").append(inner).append("]]").append(lineBreak);
          table((JsonObject) item, inner);
        }
      }
    }
  }

  private static boolean isTable(Object value) {
    return value instanceof JsonObject
        || (value instanceof JsonArray list
            && !list.isEmpty()
            && list.stream().allMatch(JsonObject.class::isInstance));
  }
}
