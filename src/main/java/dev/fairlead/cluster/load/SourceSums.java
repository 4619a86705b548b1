package dev.fairlead.cluster.load;

import dev.fairlead.admission.SourceLimit;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the other members' rows and tells each {@link SourceLimit} how many connections its
 * sources have there. On the cluster's context only.
 */
final class SourceSums extends CountedRows {
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
  void add(String key, int connections) {
    Sum sum = sums.computeIfAbsent(key, Sum::new);
    sum.connections += connections;
    show(sum);
    if (sum.connections == 0) {
      sums.remove(key);
    }
  }

  /** Sums are shown when they are complete: nobody sees a source without any in between. */
  @Override
  void addUp() {
    sums.values().forEach(sum -> sum.connections = 0);
    forEach((key, count) -> sums.computeIfAbsent(key, Sum::new).connections += count);
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
}
