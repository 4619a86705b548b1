package dev.fairlead.cluster;

import dev.fairlead.admission.SourceLimit;
import io.netty.util.NetUtil;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the other members' rows and tells each {@link SourceLimit} how many connections its
 * sources have there. A change only touches the sources it names; every second all sums are made
 * anew. On the cluster's context only.
 */
final class SourceSums implements RowListener {
  /** Member -> key of the source -> count above zero. */
  private final Map<String, Map<String, Integer>> rows = new HashMap<>();

  /** By key, those above zero. */
  private final Map<String, Sum> sums = new HashMap<>();

  /** By listener. */
  private Map<String, SourceLimit> limits = Map.of();

  private static final class Sum {
    private final String listener;

    /** Null = what the key says is none. */
    private final InetAddress source;

    private long connections;

    private Sum(String key) {
      int end = key.lastIndexOf('/');
      this.listener = key.substring(0, Math.max(0, end));
      this.source = NetUtil.createInetAddressFromIpAddressString(key.substring(end + 1));
    }
  }

  /** The sources of {@code now} are told from now on, and at once. */
  void limits(List<SourceLimit> now) {
    Map<String, SourceLimit> next = new HashMap<>();
    now.forEach(limit -> next.put(limit.listener(), limit));
    for (Sum sum : sums.values()) {
      SourceLimit before = limits.get(sum.listener);
      if (before != null && before != next.get(sum.listener)) {
        show(before, sum, 0);
      }
    }
    limits = next;
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
    add(key, count - (before == null ? 0L : before));
  }

  private void add(String key, long connections) {
    Sum sum = sums.computeIfAbsent(key, Sum::new);
    sum.connections += connections;
    show(sum);
    if (sum.connections == 0) {
      sums.remove(key);
    }
  }

  /** Sums are shown when they are complete: nobody sees a source without any in between. */
  private void addUp() {
    sums.values().forEach(sum -> sum.connections = 0);
    for (Map<String, Integer> row : rows.values()) {
      row.forEach((key, count) -> sums.computeIfAbsent(key, Sum::new).connections += count);
    }
    sums.values().forEach(this::show);
    sums.values().removeIf(sum -> sum.connections == 0);
  }

  private void show(Sum sum) {
    SourceLimit limit = limits.get(sum.listener);
    if (limit != null) {
      show(limit, sum, (int) Math.min(Integer.MAX_VALUE, sum.connections));
    }
  }

  private static void show(SourceLimit limit, Sum sum, int connections) {
    if (sum.source != null) {
      limit.others(sum.source, connections);
    }
  }

  /** What is no count is none: other members may say what they like. */
  private static int count(Object value) {
    return value instanceof Integer count ? Math.max(0, count) : 0;
  }
}
