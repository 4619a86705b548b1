package dev.fairlead.config;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A weight or state, null = not set, that was set for one backend while the cluster ran. */
public record BackendSetting(
    String pool, String backend, @Nullable Integer weight, BackendConfig.@Nullable State state) {

  /** This setting, completed from {@code earlier} where it sets nothing. */
  public BackendSetting over(BackendSetting earlier) {
    return new BackendSetting(
        pool,
        backend,
        weight == null ? earlier.weight : weight,
        state == null ? earlier.state : state);
  }

  /** Whether {@code config} still has the weight and state that were set. */
  public boolean isIn(FairleadConfig config) {
    return config.pools().stream()
        .filter(each -> each.name().equals(pool))
        .flatMap(each -> each.backends().stream())
        .filter(each -> each.id().equals(backend))
        .anyMatch(
            each ->
                (weight == null || each.weight() == weight)
                    && (state == null || each.state() == state));
  }

  /** {@code web/10.0.0.1:9001 weight 3, state draining}. */
  @Override
  public String toString() {
    String set =
        Stream.of(
                weight == null ? null : "weight " + weight,
                state == null ? null : "state " + state.label())
            .filter(Objects::nonNull)
            .collect(Collectors.joining(", "));
    return (pool + "/" + backend + " " + set).strip();
  }

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
