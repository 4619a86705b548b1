package dev.fairlead.config;

import java.util.Locale;
import java.util.Optional;

/** The formats of a configuration text. */
public enum ConfigFormat implements Labelled {
  YAML,
  JSON,
  TOML;

  /** By the ending of a file's name; empty for any other ending. */
  public static Optional<ConfigFormat> ofFile(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
      return Optional.of(YAML);
    }
    if (lower.endsWith(".json")) {
      return Optional.of(JSON);
    }
    return lower.endsWith(".toml") ? Optional.of(TOML) : Optional.empty();
  }
}
