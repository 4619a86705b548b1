package dev.fairlead.cluster.rows;

import dev.fairlead.net.PauseClock;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * This member's copies of all peers' rows of one table, and their expiry. On the cluster's context
 * only, but for {@link #ageSeconds}.
 *
 * <p>{@link #expire} must be called every interval: without it the row of a hung member stays in
 * use for ever. Age is the time in which this process could have received a renewal.
 */
public final class PeerRows {
  /**
   * A peer whose whole row has not come by message for this time may not be able to send any: its
   * row is read from the map. Raising it repairs later while messages are lost; below the period of
   * a second it reads what is on its way.
   */
  private static final Duration UNHEARD = Duration.ofMillis(1_500);

  private final PauseClock clock;
  private final @Nullable Duration dropAfter;
  private final RowListener listener;

  /** Dropped rows too: their sequence numbers keep an old copy in the map from reviving them. */
  private final Map<String, PeerRow> rows = new HashMap<>();

  /** The renewal time of the oldest row in use, in nanoseconds. */
  private volatile OptionalLong oldestRenewal = OptionalLong.empty();

  private volatile int countInUse;

  /** Receives the changes of peer rows. Called on the cluster's context only; must not block. */
  public interface RowListener {

    /** A row came into use, with all its fields, or some changed; a removed field is null. */
    void changed(String member, JsonObject fields);

    /** A row that was in use is not any more. */
    void gone(String member);

    /** Called every second, after expired rows were dropped. */
    void second();
  }

  public PeerRows(PauseClock clock, @Nullable Duration dropAfter, RowListener listener) {
    this.clock = clock;
    this.dropAfter = dropAfter;
    this.listener = listener;
  }

  /** Returns whether the whole row must be read: it is not in use, or the change leaps ahead. */
  public boolean changes(String member, long seq, JsonObject changes) {
    PeerRow row = row(member);
    if (row.isLeap(seq)) {
      return true;
    }
    JsonObject changed = row.changes(seq, changes, clock.getAsLong());
    if (!changed.isEmpty()) {
      listener.changed(member, changed);
    }
    return !row.inUse();
  }

  /**
   * A whole row came by message, from a peer that {@code misses} those of this member or not.
   * Returns whether it must be read instead: the message leaps ahead.
   */
  boolean heard(String member, long seq, JsonObject fields, boolean misses) {
    PeerRow row = row(member);
    if (row.isLeap(seq)) {
      return true;
    }
    row.heard(seq, misses, clock.getAsLong());
    whole(member, seq, fields);
    return false;
  }

  /** The map has that whole row. */
  void stored(String member, long seq, JsonObject fields) {
    if (!row(member).isKnown(seq)) {
      whole(member, seq, fields);
    }
  }

  boolean isHeard(String member) {
    PeerRow row = rows.get(member);
    return row != null && row.isHeard(UNHEARD, clock.getAsLong());
  }

  /** The peers with a row, in use or not, that are not heard. */
  List<String> unheard() {
    return rows.keySet().stream().filter(member -> !isHeard(member)).sorted().toList();
  }

  /** Whether a peer may depend on the map for this member's row. */
  boolean isMapNeeded() {
    long now = clock.getAsLong();
    return rows.values().stream()
        .anyMatch(row -> row.inUse() && (row.misses() || !row.isHeard(UNHEARD, now)));
  }

  /** Whether a row will expire unless its next renewal comes soon. */
  boolean isLate() {
    OptionalLong oldest = oldestRenewal;
    return dropAfter != null
        && oldest.isPresent()
        && clock.getAsLong() - oldest.getAsLong() >= UNHEARD.toNanos();
  }

  public void whole(String member, long seq, JsonObject fields) {
    PeerRow row = row(member);
    boolean wasInUse = row.inUse();
    JsonObject changed = row.whole(seq, fields, clock.getAsLong());
    if (row.inUse() && !(wasInUse && changed.isEmpty())) {
      listener.changed(member, changed);
    }
  }

  /** The owner removed its row. */
  void removed(String member) {
    PeerRow row = rows.get(member);
    if (row != null) {
      drop(member, row);
    }
  }

  /** Drops and forgets the rows of all members that are not in {@code nodes}. */
  void retain(Collection<String> nodes) {
    Set.copyOf(rows.keySet()).stream().filter(id -> !nodes.contains(id)).forEach(this::left);
  }

  void left(String member) {
    PeerRow row = rows.remove(member);
    if (row != null) {
      drop(member, row);
    }
  }

  /**
   * Drops rows that were not renewed in time, and updates {@link #ageSeconds}. After a pause of
   * this process it first lets the renewals arrive that are waiting.
   */
  public void expire() {
    clock.tick();
    if (clock.isResuming()) {
      return;
    }
    long now = clock.getAsLong();
    for (Map.Entry<String, PeerRow> each : rows.entrySet()) {
      if (dropAfter != null && now - each.getValue().renewedAt() >= dropAfter.toNanos()) {
        drop(each.getKey(), each.getValue());
      }
    }
    oldestRenewal =
        rows.values().stream()
            .filter(PeerRow::inUse)
            .mapToLong(PeerRow::renewedAt)
            .reduce((one, other) -> one - other < 0 ? one : other);
    countInUse = (int) rows.values().stream().filter(PeerRow::inUse).count();
  }

  /** Peers whose row was in use at the last {@link #expire}. Any thread. */
  int countInUse() {
    return countInUse;
  }

  /** Seconds since the oldest row in use was renewed; 0 without a row in use. Any thread. */
  double ageSeconds() {
    OptionalLong oldest = oldestRenewal;
    return oldest.isEmpty() ? 0 : (clock.getAsLong() - oldest.getAsLong()) / 1e9;
  }

  private PeerRow row(String member) {
    return rows.computeIfAbsent(member, any -> new PeerRow());
  }

  private void drop(String member, PeerRow row) {
    boolean wasInUse = row.inUse();
    row.drop();
    if (wasInUse) {
      listener.gone(member);
    }
  }
}
