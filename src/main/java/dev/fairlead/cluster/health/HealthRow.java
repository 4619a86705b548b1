package dev.fairlead.cluster.health;

import dev.fairlead.cluster.rows.OwnRow;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This member's row of {@code fairlead.health}: {@code POOL/BACKEND} -> the {@link Verdict} of its
 * own prober; no field = no prober, or no verdict yet. Beside them, {@link AgentReport}s. On the
 * cluster's context only.
 */
final class HealthRow implements OwnRow {
  private final Runnable refresh;
  private final Runnable changed;
  private final Map<String, String> shared = new HashMap<>();

  /** Not shared yet; empty = the field is to be removed. */
  private final Map<String, Optional<String>> pending = new HashMap<>();

  /**
   * Runs {@code refresh} before the changes are read, because it may set verdicts; and {@code
   * changed} when there is one to be read.
   */
  HealthRow(Runnable refresh, Runnable changed) {
    this.refresh = refresh;
    this.changed = changed;
  }

  void set(String key, @Nullable Verdict verdict) {
    set(key, verdict == null ? null : verdict.text());
  }

  /** Shares any field; null removes it. */
  void set(String field, @Nullable String text) {
    pending.put(field, Optional.ofNullable(text));
    changed.run();
  }

  @Override
  public JsonObject changes() {
    refresh.run();
    JsonObject changes = new JsonObject();
    pending.forEach(
        (key, verdict) -> {
          String text = verdict.orElse(null);
          String before = text == null ? shared.remove(key) : shared.put(key, text);
          if (!Objects.equals(before, text)) {
            changes.put(key, text);
          }
        });
    pending.clear();
    return changes;
  }

  @Override
  public JsonObject whole() {
    return new JsonObject(new HashMap<>(shared));
  }
}
