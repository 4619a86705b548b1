package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/** A row that a test writes. On the context of its table only. */
final class WritableRow implements OwnRow {
  private final Map<String, Object> fields = new HashMap<>();
  private final Map<String, Object> changes = new HashMap<>();

  /** Null takes the field away. */
  void set(String name, Object value) {
    changes.put(name, value);
  }

  @Override
  public JsonObject whole() {
    return new JsonObject(new HashMap<>(fields));
  }

  @Override
  public JsonObject changes() {
    JsonObject taken = new JsonObject(new HashMap<>(changes));
    changes.forEach(
        (name, value) -> {
          if (value == null) {
            fields.remove(name);
          } else {
            fields.put(name, value);
          }
        });
    changes.clear();
    return taken;
  }
}
