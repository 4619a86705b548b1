package dev.fairlead.config.text;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Problem;

/** Reads one format into a {@link Tree}. */
public interface TreeReader {
  /** Deepest nesting of maps and lists; ours needs 7. */
  int MAX_DEPTH = 64;

  /**
   * The tree of {@code text}, or null when it is empty or its syntax is wrong; problems say which,
   * an empty text alone has none.
   */
  Tree read(String source, String text, Problems problems);

  static TreeReader of(ConfigFormat format) {
    return switch (format) {
      case YAML -> new YamlReader();
      case JSON -> new JsonReader();
      case TOML -> new TomlReader();
    };
  }

  /** The path of a key inside {@code parent}. */
  static String child(String parent, String key) {
    return parent.isEmpty() ? Problem.oneLine(key) : parent + "." + Problem.oneLine(key);
  }
}
