package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The rows of all other members, as far as they are known here. On the cluster's context only, but
 * for {@link #ageSeconds}.
 */
public final class PeerRows {
  private final LongSupplier nanos;

  /** Null = never. */
  private final Duration dropAfter;

  private final RowListener listener;

  /** Dropped rows too: an old copy in the map must not bring them back. */
  private final Map<String, PeerRow> rows = new HashMap<>();

  /** Among the rows in use. */
  private volatile OptionalLong oldestRenewal = OptionalLong.empty();

  public PeerRows(LongSupplier nanos, Duration dropAfter, RowListener listener) {
    this.nanos = nanos;
    this.dropAfter = dropAfter;
    this.listener = listener;
  }

  /**
   * A change came over the bus.
   *
   * @return whether the whole row should be read, since a change alone is not believed, nor one
   *     that is out of all order
   */
  public boolean changes(String member, long seq, JsonObject changes) {
    PeerRow row = row(member);
    if (row.isLeap(seq)) {
      return true;
    }
    JsonObject changed = row.changes(seq, changes, nanos.getAsLong());
    if (!changed.isEmpty()) {
      listener.changed(member, changed);
    }
    return !row.inUse();
  }

  /** A whole row was read. */
  public void whole(String member, long seq, JsonObject fields) {
    PeerRow row = row(member);
    boolean before = row.inUse();
    JsonObject changed = row.whole(seq, fields, nanos.getAsLong());
    if (row.inUse() && !(before && changed.isEmpty())) {
      listener.changed(member, changed);
    }
  }

  /** The owner has taken its row away. */
  void goodbye(String member) {
    PeerRow row = rows.get(member);
    if (row != null) {
      drop(member, row);
    }
  }

  /** Only members among {@code nodes} still have a row; the others are forgotten. */
  void retain(Collection<String> nodes) {
    Iterator<Map.Entry<String, PeerRow>> all = rows.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, PeerRow> entry = all.next();
      if (!nodes.contains(entry.getKey())) {
        all.remove();
        drop(entry.getKey(), entry.getValue());
      }
    }
  }

  /** A node has left. */
  void left(String member) {
    PeerRow row = rows.remove(member);
    if (row != null) {
      drop(member, row);
    }
  }

  /** Takes rows out of use that nobody renewed for too long, and notes how old the others are. */
  public void expire() {
    long now = nanos.getAsLong();
    if (dropAfter != null) {
      rows.forEach(
          (member, row) -> {
            if (now - row.renewedAt() >= dropAfter.toNanos()) {
              drop(member, row);
            }
          });
    }
    oldestRenewal =
        rows.values().stream()
            .filter(PeerRow::inUse)
            .mapToLong(row -> row.renewedAt() - now)
            .min()
            .stream()
            .map(oldest -> oldest + now)
            .findFirst();
  }

  /** How long ago the row was renewed that waits the longest, 0 without one. Any thread. */
  double ageSeconds() {
    OptionalLong oldest = oldestRenewal;
    return oldest.isEmpty() ? 0 : (nanos.getAsLong() - oldest.getAsLong()) / 1e9;
  }

  private PeerRow row(String member) {
    return rows.computeIfAbsent(member, any -> new PeerRow());
  }

  private void drop(String member, PeerRow row) {
    boolean before = row.inUse();
    row.drop();
    if (before) {
      listener.gone(member);
    }
  }
}
