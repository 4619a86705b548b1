package dev.fairlead.cluster.health;

import dev.fairlead.cluster.rows.OwnRow;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * This member's row of {@code fairlead.health}: {@code POOL/BACKEND} -> the {@link Verdict} of its
 * own prober; no field = it does not probe that backend, or has not decided. On the cluster's
 * context only.
 */
final class HealthRow implements OwnRow {
  private final Map<String, String> told = new HashMap<>();

  /** Not told yet; null = the field is to go. */
  private final Map<String, String> next = new HashMap<>();

  /** The prober of {@code key} says {@code verdict}, null = nothing. */
  void set(String key, Verdict verdict) {
    next.put(key, verdict == null ? null : verdict.text());
  }

  @Override
  public JsonObject changes() {
    JsonObject changes = new JsonObject();
    next.forEach(
        (key, text) -> {
          String before = text == null ? told.remove(key) : told.put(key, text);
          if (!Objects.equals(before, text)) {
            changes.put(key, text);
          }
        });
    next.clear();
    return changes;
  }

  @Override
  public JsonObject whole() {
    return new JsonObject(new HashMap<>(told));
  }
}
