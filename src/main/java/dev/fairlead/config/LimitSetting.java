package dev.fairlead.config;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Limits that are set for one listener or pool while the cluster runs.
 *
 * @param limits by their keys in the configuration, at least one; 0 = no limit
 */
public record LimitSetting(Owner owner, String name, Map<String, Integer> limits) {
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

  /** Of {@code {listener, connections?, ...}} or {@code {pool, connections?, ...}}. */
  public static LimitSetting of(JsonObject command) {
    Owner owner = Owner.LISTENER.isMeantBy(command) ? Owner.LISTENER : Owner.POOL;
    Map<String, Integer> limits = new LinkedHashMap<>();
    for (String key : owner.keys()) {
      if (command.getInteger(key) != null) {
        limits.put(key, command.getInteger(key));
      }
    }
    return new LimitSetting(owner, command.getString(owner.label), limits);
  }

  /** Whether {@code command} sets limits of a listener or pool. */
  public static boolean isMeantBy(JsonObject command) {
    return Owner.LISTENER.isMeantBy(command) || Owner.POOL.isMeantBy(command);
  }

  /** {@code listener web connections 5, newConnectionsPerSecond 10}. */
  @Override
  public String toString() {
    return owner.label
        + " "
        + name
        + " "
        + limits.entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue())
            .collect(Collectors.joining(", "));
  }
}
