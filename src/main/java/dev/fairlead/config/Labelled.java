package dev.fairlead.config;

import java.util.Locale;

/** An enum whose constants are written in lower case with hyphens: TRY_ALL is {@code try-all}. */
public interface Labelled {
  /** As {@link Enum#name}. */
  String name();

  /** As a configuration and the API write it. */
  default String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
