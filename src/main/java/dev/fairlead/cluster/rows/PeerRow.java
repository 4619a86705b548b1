package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * This member's copy of one peer's row: last writer wins, per field. On the cluster's context only.
 *
 * <p>The owner numbers all its messages and whole rows in one sequence, and each field keeps the
 * number it was last set by; an older number never replaces a newer one. So the order of arrival
 * does not matter, and a lost change is repaired by the next whole row (anti-entropy). A removed
 * field stays as a tombstone, a field of value null, until a whole row without it arrives: without
 * it a late, older change would bring the field back.
 *
 * <p>Any application of the cluster can publish changes. A change that the owner does not know of
 * therefore outlives one whole row and no second one: by then the owner has stored what it sent.
 *
 * <pre>
 * whole 5 {a: 1}     a = 1
 * change 7 {b: 2}    a = 1, b = 2
 * change 6 {b: 9}    unchanged: b is from 7
 * whole 6 {a: 3}     a = 3, b = 2: the whole row is older than change 7
 * </pre>
 */
final class PeerRow {
  /**
   * A change further ahead of the last number leads to a read instead; owners send 25 a second at
   * most. Raising it lets forged changes block real ones; lowering it reads more after a pause.
   */
  private static final long MAX_LEAP = 1_000;

  private final Map<String, Field> fields = new HashMap<>();

  /** Older changes are ignored: the number of the last whole row, or the last before a drop. */
  private long floor;

  /** The newest number since the last whole row; at least the floor. */
  private long last;

  /** The number of the last whole row; null before the first. */
  private @Nullable Long stored;

  /** Counts the whole rows that arrived. */
  private long round;

  /** By the reader's clock: when {@link #last} grew or another whole row arrived. */
  private long renewedAt;

  /** By the reader's clock: when the owner's last whole row came by message; null = never. */
  private @Nullable Long heardAt;

  /** The number of that whole row. */
  private long heard;

  /** Whether the owner, by its last whole row, does not get those of this member by message. */
  private boolean misses;

  /** False before the first whole row and after a drop; changes alone make no row. */
  private boolean inUse;

  /** The value null is a tombstone. */
  private record Field(long seq, @Nullable Object value, long round) {}

  boolean inUse() {
    return inUse;
  }

  long renewedAt() {
    return renewedAt;
  }

  /** A whole row came by message, from an owner that {@code misses} those of this member or not. */
  void heard(long seq, boolean ownerMisses, long now) {
    heardAt = now;
    heard = seq;
    misses = ownerMisses;
  }

  /**
   * Whether a whole row in the map is older than the last that came by message, or the same: it
   * shows nothing new, and above all not that its owner is still running.
   */
  boolean isKnown(long seq) {
    return heardAt != null && seq <= heard;
  }

  /** Whether it is in use, and its owner's last whole row by message is not older than that. */
  boolean isHeard(Duration age, long now) {
    return inUse && heardAt != null && now - heardAt < age.toNanos();
  }

  boolean misses() {
    return misses;
  }

  /** Whether {@code seq} is so far ahead that it is forged or very many changes were lost. */
  boolean isLeap(long seq) {
    return inUse && seq - last > MAX_LEAP;
  }

  /** Applies a change; returns the fields that differ, none while the row is not in use. */
  JsonObject changes(long seq, JsonObject changes, long now) {
    JsonObject changed = new JsonObject();
    if (seq > last) {
      last = seq;
      renewedAt = now;
    }
    if (seq > floor) {
      for (Map.Entry<String, Object> each : changes.getMap().entrySet()) {
        Field known = fields.get(each.getKey());
        if (known == null || known.seq < seq) {
          set(each.getKey(), new Field(seq, each.getValue(), round), changed);
        }
      }
    }
    return inUse ? changed : new JsonObject();
  }

  /** Applies a whole row; returns the fields that differ, all if the row was not in use. */
  JsonObject whole(long seq, JsonObject row, long now) {
    JsonObject changed = new JsonObject();
    if (stored != null && stored == seq) {
      return changed;
    }
    for (Map.Entry<String, Object> each : row.getMap().entrySet()) {
      if (!isNewer(fields.get(each.getKey()), seq)) {
        set(each.getKey(), new Field(seq, each.getValue(), round), changed);
      }
    }
    for (String name : List.copyOf(fields.keySet())) {
      if (!row.containsKey(name) && !isNewer(fields.get(name), seq)) {
        Field removed = fields.remove(name);
        if (removed != null && removed.value != null) {
          changed.putNull(name);
        }
      }
    }
    stored = seq;
    floor = seq;
    last = seq;
    renewedAt = now;
    round++;
    if (!inUse) {
      inUse = true;
      changed.clear();
      fields.forEach((name, field) -> changed.put(name, field.value));
      changed.getMap().values().removeIf(Objects::isNull);
    }
    return changed;
  }

  /** Takes the row out of use until another whole row arrives. */
  void drop() {
    floor = last;
    inUse = false;
    fields.clear();
  }

  /** Whether the owner may have stored the whole row {@code seq} before it set {@code field}. */
  private boolean isNewer(@Nullable Field field, long seq) {
    return field != null && field.seq > seq && field.round == round;
  }

  private void set(String name, Field field, JsonObject changed) {
    Field known = fields.put(name, field);
    if (!Objects.equals(known == null ? null : known.value, field.value)) {
      changed.put(name, field.value);
    }
  }
}
