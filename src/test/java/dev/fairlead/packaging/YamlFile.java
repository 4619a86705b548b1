package dev.fairlead.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A YAML map read with other eyes than ours: files for other programs have merge keys, which our
 * own reader refuses.
 */
record YamlFile(Map<String, Object> root) {
  private static final String MERGE = "<<";

  static YamlFile read(Path file) throws IOException {
    Object read = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    return new YamlFile(merged(read));
  }

  /** The map of that name in {@code map}; empty when there is none. */
  static Map<String, Object> map(Map<String, Object> map, String name) {
    return map.containsKey(name) ? merged(map.get(name)) : Map.of();
  }

  /** The list of texts of that name in {@code map}; empty when there is none. */
  static List<String> texts(Map<String, Object> map, String name) {
    return map.containsKey(name)
        ? ((List<?>) map.get(name)).stream().map(String::valueOf).toList()
        : List.of();
  }

  /** The list of maps of that name in {@code map}. */
  static List<Map<String, Object>> maps(Map<String, Object> map, String name) {
    return ((List<?>) map.get(name)).stream().map(YamlFile::merged).toList();
  }

  private static Map<String, Object> merged(Object node) {
    Map<String, Object> merged = new LinkedHashMap<>();
    Map<?, ?> map = (Map<?, ?>) node;
    if (map.containsKey(MERGE)) {
      merged.putAll(merged(map.get(MERGE)));
    }
    map.forEach((key, value) -> merged.put(String.valueOf(key), value));
    merged.remove(MERGE);
    return merged;
  }
}
