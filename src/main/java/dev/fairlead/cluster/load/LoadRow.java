package dev.fairlead.cluster.load;

import dev.fairlead.cluster.load.PeerCounts.Receiver;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This member's row of {@code fairlead.loads}: {@code POOL/BACKEND} -> its live sessions, those
 * above zero only. {@link #changes} allocates nothing for a backend whose count is the same. On the
 * cluster's context only.
 */
public final class LoadRow implements CountTable.CountRow<Pool> {
  private Map<String, BackendCount> counts = Map.of();

  /** Keys of nonzero counts whose backend is not configured any more, to be removed. */
  private final List<String> removed = new ArrayList<>();

  private static final class BackendCount {
    private final Backend backend;

    /** As last shared with the peers. */
    private int shared;

    private BackendCount(Backend backend, int shared) {
      this.backend = backend;
      this.shared = shared;
    }
  }

  public static String key(Backend backend) {
    return backend.pool() + "/" + backend.id();
  }

  @Override
  public void follow(List<Pool> pools) {
    Map<String, BackendCount> before = new LinkedHashMap<>(counts);
    Map<String, BackendCount> next = new LinkedHashMap<>();
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        BackendCount known = before.remove(key(backend));
        next.put(key(backend), new BackendCount(backend, known == null ? 0 : known.shared));
      }
    }
    before.values().removeIf(count -> count.shared == 0);
    removed.addAll(before.keySet());
    counts = next;
  }

  @Override
  public @Nullable Receiver receiver(String key) {
    BackendCount count = counts.get(key);
    return count == null ? null : new Receiver(key, count.backend::othersActive);
  }

  @Override
  public JsonObject changes() {
    JsonObject changes = new JsonObject();
    removed.forEach(changes::putNull);
    removed.clear();
    for (Map.Entry<String, BackendCount> each : counts.entrySet()) {
      BackendCount count = each.getValue();
      int active = count.backend.active();
      if (active != count.shared) {
        changes.put(each.getKey(), active == 0 ? null : (Integer) active);
        count.shared = active;
      }
    }
    return changes;
  }

  @Override
  public JsonObject whole() {
    JsonObject row = new JsonObject();
    counts.forEach(
        (key, count) -> {
          if (count.shared > 0) {
            row.put(key, count.shared);
          }
        });
    return row;
  }
}
