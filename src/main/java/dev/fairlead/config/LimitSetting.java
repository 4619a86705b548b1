package dev.fairlead.config;

import dev.fairlead.config.ListenerConfig.ListenerState;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is set for one listener or pool while the cluster runs: limits, and whether a listener takes
 * new sessions.
 *
 * @param limits by their keys in the configuration; 0 = no limit
 * @param state null = not set; always for a pool
 */
public record LimitSetting(
    Owner owner, String name, Map<String, Integer> limits, @Nullable ListenerState state)
    implements Revision.SingleSetting {
  /** The key of {@link #state}. */
  public static final String STATE = "state";

  /** What has limits. */
  public enum Owner {
    LISTENER("listener"),
    POOL("pool");

    private final String label;

    Owner(String label) {
      this.label = label;
    }

    /** {@code listener}; the list in a configuration has an s at its end. */
    public String label() {
      return label;
    }

    /** The limits that can be set. */
    public List<String> keys() {
      return switch (this) {
        case LISTENER -> List.of("connections", "newConnectionsPerSecond");
        case POOL -> List.of("connections", "connectionsPerBackend");
      };
    }

    /** All that can be set. */
    public List<String> settable() {
      return this == LISTENER ? Stream.concat(keys().stream(), Stream.of(STATE)).toList() : keys();
    }

    /** Whether {@code command} is about one of these, and about no backend. */
    public boolean isMeantBy(JsonObject command) {
      return command.containsKey(label)
          && !command.containsKey("backend")
          && (this == LISTENER || keys().stream().anyMatch(command::containsKey));
    }
  }

  public LimitSetting {
    limits = new LinkedHashMap<>(limits);
  }

  /** Of {@code {listener, connections?, state?, ...}} or {@code {pool, connections?, ...}}. */
  public static LimitSetting of(JsonObject command) {
    Owner owner = Owner.LISTENER.isMeantBy(command) ? Owner.LISTENER : Owner.POOL;
    Map<String, Integer> limits = new LinkedHashMap<>();
    for (String key : owner.keys()) {
      if (command.getInteger(key) != null) {
        limits.put(key, command.getInteger(key));
      }
    }
    String state = owner == Owner.LISTENER ? command.getString(STATE) : null;
    return new LimitSetting(
        owner,
        command.getString(owner.label),
        limits,
        state == null ? null : ListenerState.valueOf(state.toUpperCase(Locale.ROOT)));
  }

  /** Whether {@code command} sets something of a listener or pool. */
  public static boolean isMeantBy(JsonObject command) {
    return Owner.LISTENER.isMeantBy(command) || Owner.POOL.isMeantBy(command);
  }

  @Override
  public LimitSetting over(Revision.SingleSetting earlier) {
    if (!(earlier instanceof LimitSetting before) || !isOfSame(before)) {
      return this;
    }
    Map<String, Integer> merged = new LinkedHashMap<>(before.limits);
    merged.putAll(limits);
    return new LimitSetting(owner, name, merged, state == null ? before.state : state);
  }

  @Override
  public boolean isOfSame(Revision.SingleSetting other) {
    return other instanceof LimitSetting limit && limit.owner == owner && limit.name.equals(name);
  }

  @Override
  public boolean isIn(FairleadConfig config) {
    return owner == Owner.LISTENER
        ? config.listeners().stream()
            .filter(each -> each.name().equals(name))
            .anyMatch(
                each ->
                    (state == null || state == each.state())
                        && has("connections", each.limits().connections())
                        && has("newConnectionsPerSecond", each.limits().newConnectionsPerSecond()))
        : config.pools().stream()
            .filter(each -> each.name().equals(name))
            .anyMatch(
                each ->
                    has("connections", each.limits().connections())
                        && has("connectionsPerBackend", each.limits().connectionsPerBackend()));
  }

  private boolean has(String key, int value) {
    Integer set = limits.get(key);
    return set == null || set == value;
  }

  /** As {@link #of} reads it. */
  @Override
  public JsonObject toJson() {
    JsonObject json = new JsonObject().put(owner.label, name);
    limits.forEach(json::put);
    return state == null ? json : json.put(STATE, state.label());
  }

  /** {@code listener web connections 5, newConnectionsPerSecond 10}. */
  @Override
  public String toString() {
    Stream<String> values =
        limits.entrySet().stream().map(each -> each.getKey() + " " + each.getValue());
    Stream<String> states = Stream.ofNullable(state).map(each -> STATE + " " + each.label());
    return owner.label
        + " "
        + name
        + " "
        + Stream.concat(values, states).collect(Collectors.joining(", "));
  }
}
