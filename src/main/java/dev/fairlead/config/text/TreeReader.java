package dev.fairlead.config.text;

import dev.fairlead.config.ConfigFormat;
import org.jspecify.annotations.Nullable;

/** Reads one format into a {@link Tree}. Stateless, any thread. */
interface TreeReader {
  /**
   * The tree of {@code text}, or null when the text is empty or its syntax is wrong. Each syntax
   * error is added to {@code problems}; an empty text adds none.
   */
  @Nullable Tree read(String text, Problems problems);

  static TreeReader of(ConfigFormat format) {
    return switch (format) {
      case YAML -> new YamlReader(false);
      case JSON -> new JsonReader();
      case TOML -> new TomlReader();
    };
  }
}
