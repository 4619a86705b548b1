package dev.fairlead.config;

import java.util.List;
import java.util.Map;

/** Placeholder signature; the config slice replaces this file. */
public final class ConfigLoader {

  /**
   * @param environment where {@code ${NAME}} is looked up
   * @param overrides {@code KEY=VALUE} each, applied at every load
   */
  public ConfigLoader(Map<String, String> environment, List<String> overrides) {}

  public LoadResult load(ConfigText source) {
    throw new UnsupportedOperationException(source.name());
  }
}
