package dev.fairlead.cluster.load;

import dev.fairlead.cluster.rows.PeerRows.RowListener;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the peers' counts by key. A change touches only the keys it names; every second all sums
 * are computed anew, so that an error cannot last. Receivers are given complete sums only, never a
 * zero in between. On the cluster's context only.
 *
 * <pre>
 * row of a {x: 2, y: 1}, row of b {x: 5}    x = 7, y = 1
 * a changes {x: 3, y: null}                 x = 8, y = 0
 * b leaves                                  x = 3
 * </pre>
 */
final class PeerCounts implements RowListener {
  private final Function<String, @Nullable Receiver> receivers;

  /** By member and key, those above zero. */
  private final Map<String, Map<String, Integer>> rows = new HashMap<>();

  /** By key, those above zero. */
  private final Map<String, PeerSum> sums = new HashMap<>();

  /** Where a sum goes; set to zero when a receiver of another {@code owner} replaces it. */
  record Receiver(Object owner, IntConsumer peers) {}

  private static final class PeerSum {
    private @Nullable Receiver receiver;
    private long count;

    private PeerSum(@Nullable Receiver receiver) {
      this.receiver = receiver;
    }

    private void deliver() {
      if (receiver != null) {
        receiver.peers.accept((int) Math.min(Integer.MAX_VALUE, count));
      }
    }

    private void receiver(@Nullable Receiver next) {
      if (receiver != null && (next == null || !next.owner.equals(receiver.owner))) {
        receiver.peers.accept(0);
      }
      receiver = next;
    }
  }

  PeerCounts(Function<String, @Nullable Receiver> receivers) {
    this.receivers = receivers;
  }

  /** The counts of {@code key} that are above zero, by member. */
  Map<String, Integer> byMember(String key) {
    Map<String, Integer> counts = new HashMap<>();
    rows.forEach(
        (member, row) -> {
          Integer count = row.get(key);
          if (count != null) {
            counts.put(member, count);
          }
        });
    return counts;
  }

  /** The receivers have changed. */
  void follow() {
    sums.forEach((key, sum) -> sum.receiver(receivers.apply(key)));
    second();
  }

  @Override
  public void changed(String member, JsonObject fields) {
    Map<String, Integer> row = rows.computeIfAbsent(member, any -> new HashMap<>());
    fields.getMap().forEach((key, value) -> set(row, key, value));
  }

  @Override
  public void gone(String member) {
    Map<String, Integer> row = rows.remove(member);
    if (row != null) {
      row.forEach((key, count) -> add(key, -count));
    }
  }

  /** A peer's value that is no count is zero. */
  private void set(Map<String, Integer> row, String key, @Nullable Object value) {
    int count = value instanceof Integer number ? Math.max(0, number) : 0;
    Integer before = count == 0 ? row.remove(key) : row.put(key, count);
    add(key, count - (before == null ? 0 : before));
  }

  private void add(String key, int count) {
    PeerSum sum = sum(key);
    sum.count += count;
    sum.deliver();
    if (sum.count == 0) {
      sums.remove(key);
    }
  }

  /** Computes all sums anew. */
  @Override
  public void second() {
    sums.values().forEach(sum -> sum.count = 0);
    rows.values().forEach(row -> row.forEach((key, count) -> sum(key).count += count));
    sums.values().forEach(PeerSum::deliver);
    sums.values().removeIf(sum -> sum.count == 0);
  }

  private PeerSum sum(String key) {
    return sums.computeIfAbsent(key, any -> new PeerSum(receivers.apply(any)));
  }
}
