package dev.fairlead.cluster;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the other members' rows and tells each {@link Backend} how many sessions they have there.
 * A change only touches the backends it names; every second all sums are made anew. On the
 * cluster's context only.
 */
final class LoadSums implements RowListener {
  /** Member -> key of the backend -> count above zero. */
  private final Map<String, Map<String, Integer>> rows = new HashMap<>();

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
  public void changed(String member, JsonObject fields) {
    Map<String, Integer> row = rows.computeIfAbsent(member, any -> new HashMap<>());
    fields.getMap().forEach((key, value) -> set(row, key, count(value)));
  }

  @Override
  public void gone(String member) {
    Map<String, Integer> row = rows.remove(member);
    if (row != null) {
      row.forEach((key, count) -> add(key, -count));
    }
  }

  @Override
  public void second() {
    addUp();
  }

  private void set(Map<String, Integer> row, String key, int count) {
    Integer before = count == 0 ? row.remove(key) : row.put(key, count);
    add(key, count - (before == null ? 0 : before));
  }

  private void add(String key, int sessions) {
    Sum sum = sums.get(key);
    if (sum != null) {
      sum.sessions += sessions;
      sum.show();
    }
  }

  /** Sums are shown when they are complete: nobody sees a backend empty in between. */
  private void addUp() {
    sums.values().forEach(sum -> sum.sessions = 0);
    for (Map<String, Integer> row : rows.values()) {
      row.forEach(
          (key, count) -> {
            Sum sum = sums.get(key);
            if (sum != null) {
              sum.sessions += count;
            }
          });
    }
    sums.values().forEach(Sum::show);
  }

  /** What is no count is none: other members may say what they like. */
  private static int count(Object value) {
    return value instanceof Integer count ? Math.max(0, count) : 0;
  }
}
