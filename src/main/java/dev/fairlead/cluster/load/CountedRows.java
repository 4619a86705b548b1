package dev.fairlead.cluster.load;

import dev.fairlead.cluster.rows.RowListener;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/**
 * The other members' rows of counts by key. A change only touches the keys it names; every second
 * all sums are made anew. On the cluster's context only.
 */
abstract class CountedRows implements RowListener {
  /** Member -> key -> count above zero. */
  private final Map<String, Map<String, Integer>> rows = new HashMap<>();

  /** The others have so many more of {@code key} now, or fewer. */
  abstract void add(String key, int count);

  /** Makes the sums of {@link #forEach} all counts. */
  abstract void addUp();

  /** Every count of every member. */
  final void forEach(ObjIntConsumer<String> each) {
    for (Map<String, Integer> row : rows.values()) {
      row.forEach(each::accept);
    }
  }

  @Override
  public final void changed(String member, JsonObject fields) {
    Map<String, Integer> row = rows.computeIfAbsent(member, any -> new HashMap<>());
    fields.getMap().forEach((key, value) -> set(row, key, count(value)));
  }

  @Override
  public final void gone(String member) {
    Map<String, Integer> row = rows.remove(member);
    if (row != null) {
      row.forEach((key, count) -> add(key, -count));
    }
  }

  @Override
  public final void second() {
    addUp();
  }

  private void set(Map<String, Integer> row, String key, int count) {
    Integer before = count == 0 ? row.remove(key) : row.put(key, count);
    add(key, count - (before == null ? 0 : before));
  }

  /** What is no count is none: other members may say what they like. */
  private static int count(Object value) {
    return value instanceof Integer count ? Math.max(0, count) : 0;
  }
}
