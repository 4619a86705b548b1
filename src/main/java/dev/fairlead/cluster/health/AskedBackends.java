package dev.fairlead.cluster.health;

import dev.fairlead.cluster.health.ProbedBackend.HealthContext;
import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends whose agents are asked: all but disabled ones. On the cluster's context only. */
final class AskedBackends {
  private final HealthContext context;

  /** By key. */
  private Map<String, AskedBackend> asked = Map.of();

  AskedBackends(HealthContext context) {
    this.context = context;
  }

  void follow(List<Pool> pools) {
    Map<String, AskedBackend> before = new LinkedHashMap<>(asked);
    Map<String, AskedBackend> next = new LinkedHashMap<>();
    for (Pool pool : pools) {
      if (pool.config().agent() != null) {
        for (Backend backend : pool.backends()) {
          if (backend.config().state() != BackendConfig.State.DISABLED) {
            AskedBackend one = follow(pool, backend, before.remove(LoadRow.key(backend)));
            next.put(one.key(), one);
          }
        }
      }
    }
    asked = next;
    before.values().forEach(AskedBackend::end);
  }

  private AskedBackend follow(Pool pool, Backend backend, @Nullable AskedBackend before) {
    if (before == null) {
      return new AskedBackend(context, pool, backend);
    }
    before.configure(pool, backend);
    return before;
  }

  void assign(Set<String> candidates) {
    asked.values().forEach(one -> one.assign(candidates));
  }

  void evaluate() {
    asked.values().forEach(AskedBackend::evaluate);
  }

  /** After a change of {@code field} in a peer's row. */
  void changed(String field) {
    String key = AgentReport.key(field);
    AskedBackend one = key == null ? null : asked.get(key);
    if (one != null) {
      one.evaluate();
    }
  }

  void told(Backend backend, long assignment, AgentReport report) {
    AskedBackend one = asked.get(LoadRow.key(backend));
    if (one != null) {
      one.told(assignment, report);
    }
  }

  /** Keys of the backends that are not to be probed. */
  Set<String> inMaintenance() {
    return asked.values().stream()
        .filter(one -> one.current().service() == AgentState.AgentService.MAINT)
        .map(AskedBackend::key)
        .collect(Collectors.toSet());
  }

  void stop() {
    asked.values().forEach(AskedBackend::stopAsking);
  }
}
