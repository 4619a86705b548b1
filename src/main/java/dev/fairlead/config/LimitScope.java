package dev.fairlead.config;

import java.util.Locale;

/** Whose connections a limit counts. */
public enum LimitScope {
  /** Those of all members together. */
  CLUSTER,
  /** Those of each member alone. */
  MEMBER;

  /** As it is written in a configuration: {@code cluster}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
