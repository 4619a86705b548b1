package dev.fairlead.cluster.load;

import dev.fairlead.cluster.rows.OwnRow;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * This member's row of {@code fairlead.loads}: its live sessions of each backend, {@code
 * POOL/BACKEND} -> count, those above zero only. Looking for changes allocates nothing for a
 * backend whose count is the same. On the cluster's context only.
 */
public final class LoadRow implements OwnRow {
  private List<Entry> entries = List.of();

  /** Counts that were told and whose backend is not configured any more. */
  private final List<String> gone = new ArrayList<>();

  private static final class Entry {
    private final String key;
    private Backend backend;
    private int told;

    private Entry(String key) {
      this.key = key;
    }
  }

  public static String key(Backend backend) {
    return backend.pool() + "/" + backend.id();
  }

  /** The row has the backends of {@code pools} from now on. */
  void pools(List<Pool> pools) {
    Map<String, Entry> before = new HashMap<>();
    entries.forEach(entry -> before.put(entry.key, entry));
    List<Entry> next = new ArrayList<>();
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        Entry known = before.remove(key(backend));
        Entry entry = Objects.requireNonNullElseGet(known, () -> new Entry(key(backend)));
        entry.backend = backend;
        next.add(entry);
      }
    }
    before.values().stream().filter(entry -> entry.told > 0).forEach(entry -> gone.add(entry.key));
    entries = next;
  }

  @Override
  public JsonObject changes() {
    JsonObject changes = new JsonObject();
    gone.forEach(changes::putNull);
    gone.clear();
    for (Entry entry : entries) {
      int active = entry.backend.active();
      if (active != entry.told) {
        changes.put(entry.key, active == 0 ? null : (Integer) active);
        entry.told = active;
      }
    }
    return changes;
  }

  @Override
  public JsonObject whole() {
    JsonObject row = new JsonObject();
    for (Entry entry : entries) {
      if (entry.told > 0) {
        row.put(entry.key, entry.told);
      }
    }
    return row;
  }
}
