package dev.fairlead.cluster.load;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the other members' rows and tells each {@link Backend} how many sessions they have there.
 * On the cluster's context only.
 */
final class LoadSums extends CountedRows {
  /** Of the configured backends, by key. */
  private Map<String, Sum> sums = Map.of();

  private static final class Sum {
    private final Backend backend;
    private int sessions;

    private Sum(Backend backend) {
      this.backend = backend;
    }

    private void show() {
      backend.othersActive(sessions);
    }
  }

  /** The backends of {@code pools} are told from now on, and at once. */
  void pools(List<Pool> pools) {
    Map<String, Sum> next = new HashMap<>();
    for (Pool pool : pools) {
      pool.backends().forEach(backend -> next.put(LoadRow.key(backend), new Sum(backend)));
    }
    sums = next;
    addUp();
  }

  @Override
  void add(String key, int sessions) {
    Sum sum = sums.get(key);
    if (sum != null) {
      sum.sessions += sessions;
      sum.show();
    }
  }

  /** Sums are shown when they are complete: nobody sees a backend empty in between. */
  @Override
  void addUp() {
    sums.values().forEach(sum -> sum.sessions = 0);
    forEach(
        (key, count) -> {
          Sum sum = sums.get(key);
          if (sum != null) {
            sum.sessions += count;
          }
        });
    sums.values().forEach(Sum::show);
  }
}
