package dev.fairlead.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sections of the event {@code cluster} as they were last, and how others differ from them. A
 * section that is an array of named objects differs by single objects: what is gone is {@code
 * {"name": NAME, "gone": true}}. One thread at a time.
 */
final class LiveDocument {
  /** Section -> the key that names its objects. */
  private static final Map<String, String> KEYS =
      Map.of("members", "id", "listeners", "name", "pools", "name");

  private static final String GONE = "gone";

  private Map<String, Object> last = new LinkedHashMap<>();

  /** Sets the sections; returns those that differ, in their order, empty = none. */
  JsonObject update(Map<String, Object> sections) {
    JsonObject changes = new JsonObject();
    sections.forEach(
        (name, value) -> {
          Object before = last.get(name);
          if (before == null) {
            changes.put(name, value);
          } else if (!before.equals(value)) {
            String key = KEYS.get(name);
            changes.put(
                name, key == null ? value : difference(key, (JsonArray) before, (JsonArray) value));
          }
        });
    last = new LinkedHashMap<>(sections);
    return changes;
  }

  /** All sections as last set. */
  JsonObject all() {
    return new JsonObject(new LinkedHashMap<>(last));
  }

  private static JsonArray difference(String key, JsonArray before, JsonArray now) {
    Map<Object, Object> known = new HashMap<>();
    before.forEach(each -> known.put(((JsonObject) each).getValue(key), each));
    JsonArray changes = new JsonArray();
    for (Object each : now) {
      if (!each.equals(known.remove(((JsonObject) each).getValue(key)))) {
        changes.add(each);
      }
    }
    known.keySet().forEach(name -> changes.add(new JsonObject().put(key, name).put(GONE, true)));
    return changes;
  }
}
