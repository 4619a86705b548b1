package dev.fairlead.config;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was set for one backend while the cluster ran; null = not set. */
public record BackendSetting(
    String pool,
    String backend,
    @Nullable Integer weight,
    BackendConfig.@Nullable State state,
    @Nullable Integer maxConnections)
    implements Revision.SingleSetting {

  /** A weight or state. */
  public BackendSetting(
      String pool, String backend, @Nullable Integer weight, BackendConfig.@Nullable State state) {
    this(pool, backend, weight, state, null);
  }

  @Override
  public BackendSetting over(Revision.SingleSetting earlier) {
    return earlier instanceof BackendSetting before && isOfSame(before)
        ? new BackendSetting(
            pool,
            backend,
            weight == null ? before.weight : weight,
            state == null ? before.state : state,
            maxConnections == null ? before.maxConnections : maxConnections)
        : this;
  }

  @Override
  public boolean isOfSame(Revision.SingleSetting other) {
    return other instanceof BackendSetting same
        && same.pool.equals(pool)
        && same.backend.equals(backend);
  }

  @Override
  public boolean isIn(FairleadConfig config) {
    return config.pools().stream()
        .filter(each -> each.name().equals(pool))
        .flatMap(each -> each.backends().stream())
        .filter(each -> each.id().equals(backend))
        .anyMatch(
            each ->
                (weight == null || each.weight() == weight)
                    && (state == null || each.state() == state)
                    && (maxConnections == null || each.maxConnections() == maxConnections));
  }

  /** {@code web/10.0.0.1:9001 weight 3, state draining}. */
  @Override
  public String toString() {
    String set =
        Stream.of(
                weight == null ? null : "weight " + weight,
                state == null ? null : "state " + state.label(),
                maxConnections == null ? null : "maxConnections " + maxConnections)
            .filter(Objects::nonNull)
            .collect(Collectors.joining(", "));
    return (pool + "/" + backend + " " + set).strip();
  }

  /** {@code {pool, backend, weight?, state?, maxConnections?}}. */
  @Override
  public JsonObject toJson() {
    JsonObject json = new JsonObject().put("pool", pool).put("backend", backend);
    if (weight != null) {
      json.put("weight", weight);
    }
    if (state != null) {
      json.put("state", state.label());
    }
    return maxConnections == null ? json : json.put("maxConnections", maxConnections);
  }

  /** The setting that {@link #toJson} wrote. */
  public static BackendSetting of(JsonObject json) {
    String state = json.getString("state");
    return new BackendSetting(
        json.getString("pool"),
        json.getString("backend"),
        json.getInteger("weight"),
        state == null ? null : BackendConfig.State.valueOf(state.toUpperCase(Locale.ROOT)),
        json.getInteger("maxConnections"));
  }
}
