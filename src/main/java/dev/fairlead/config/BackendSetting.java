package dev.fairlead.config;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * A weight or state that was set for one backend while the cluster ran.
 *
 * @param backend the backend's id
 * @param weight null = not set
 * @param state null = not set
 */
public record BackendSetting(
    String pool, String backend, Integer weight, BackendConfig.State state) {

  /** {@code {pool, backend, weight?, state?}}. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject().put("pool", pool).put("backend", backend);
    if (weight != null) {
      json.put("weight", weight);
    }
    return state == null ? json : json.put("state", state.label());
  }

  /** The setting that {@link #toJson} wrote. */
  public static BackendSetting of(JsonObject json) {
    String state = json.getString("state");
    return new BackendSetting(
        json.getString("pool"),
        json.getString("backend"),
        json.getInteger("weight"),
        state == null ? null : BackendConfig.State.valueOf(state.toUpperCase(Locale.ROOT)));
  }
}
