package dev.fairlead.config;

import java.util.Locale;
import java.util.Optional;

/** The ways a configuration can be written. */
public enum ConfigFormat {
  YAML,
  JSON,
  TOML;

  /** By the ending of a file's name; empty when the ending is none of ours. */
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

  /** As the API writes it: {@code yaml}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
