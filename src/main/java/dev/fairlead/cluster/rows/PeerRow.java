package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/**
 * One other member's row, as far as it is known here. On the cluster's context only.
 *
 * <p>Every change and every whole row has a sequence number of its owner, and each field remembers
 * which one it is from; an older one never replaces a newer one. So it does not matter in which
 * order they arrive, and what got lost is made good by the next whole row. Anybody can write to the
 * bus, so a change outlives one whole row that does not know of it, and no second one: its owner
 * has stored that since.
 *
 * <pre>
 * whole 5 {a: 1}     a = 1
 * change 7 {b: 2}    a = 1, b = 2
 * change 6 {b: 9}    the same: b is from 7
 * whole 6 {a: 3}     a = 3, b = 2: the row of 6 knows nothing of 7
 * </pre>
 */
final class PeerRow {
  /** Changes that are so much newer than the last one are none: a member says 25 in a second. */
  private static final long LEAP = 1_000;

  private final Map<String, Field> fields = new HashMap<>();

  /** Changes that are not newer than this do not count: the last whole row, or what was dropped. */
  private long floor;

  /** The newest since the last whole row; the floor or above. */
  private long last;

  /** The last whole row's number; null = none came yet. */
  private Long stored;

  /** How many whole rows came. */
  private long round;

  /** By the reader's own clock; when {@link #last} grew, or another whole row came. */
  private long renewedAt;

  /** Whether the row is in use: changes alone don't make a row. */
  private boolean whole;

  /** A value, what it is from and when it came; null = the field is gone. */
  private record Field(long seq, Object value, long round) {}

  boolean inUse() {
    return whole;
  }

  long renewedAt() {
    return renewedAt;
  }

  /** Whether a change of {@code seq} can't be this row's, or so many were missed that it is old. */
  boolean isLeap(long seq) {
    return whole && seq - last > LEAP;
  }

  /** Takes a change and returns what it changed here: nothing as long as the row is not whole. */
  JsonObject changes(long seq, JsonObject changes, long now) {
    JsonObject changed = new JsonObject();
    if (seq > last) {
      last = seq;
      renewedAt = now;
    }
    if (seq > floor) {
      changes
          .getMap()
          .forEach(
              (name, value) -> {
                Field known = fields.get(name);
                if (known == null || known.seq < seq) {
                  set(name, new Field(seq, value, round), changed);
                }
              });
    }
    return whole ? changed : new JsonObject();
  }

  /** Takes a whole row and returns what it changed here: all fields, if the row was not whole. */
  JsonObject whole(long seq, JsonObject row, long now) {
    JsonObject changed = new JsonObject();
    if (stored != null && stored == seq) {
      return changed;
    }
    row.getMap()
        .forEach(
            (name, value) -> {
              if (!isNewer(fields.get(name), seq)) {
                set(name, new Field(seq, value, round), changed);
              }
            });
    removeKnownTo(seq, row, changed);
    stored = seq;
    floor = seq;
    last = seq;
    renewedAt = now;
    round++;
    if (whole) {
      return changed;
    }
    whole = true;
    return all();
  }

  /** Out of use until another whole row comes. */
  void drop() {
    floor = last;
    whole = false;
    fields.clear();
  }

  /** Whether the whole row of {@code seq} may not know of a field yet. */
  private boolean isNewer(Field field, long seq) {
    return field != null && field.seq > seq && field.round == round;
  }

  private void set(String name, Field field, JsonObject changed) {
    Field known = fields.put(name, field);
    if (known == null ? field.value != null : !same(known.value, field.value)) {
      changed.put(name, field.value);
    }
  }

  private static boolean same(Object one, Object other) {
    return one == null ? other == null : one.equals(other);
  }

  /** Takes out what the whole row of {@code seq} knows of and does not have. */
  private void removeKnownTo(long seq, JsonObject row, JsonObject changed) {
    fields
        .entrySet()
        .removeIf(
            entry -> {
              Field field = entry.getValue();
              boolean removed = !row.containsKey(entry.getKey()) && !isNewer(field, seq);
              if (removed && field.value != null) {
                changed.putNull(entry.getKey());
              }
              return removed;
            });
  }

  private JsonObject all() {
    JsonObject all = new JsonObject();
    fields.forEach(
        (name, field) -> {
          if (field.value != null) {
            all.put(name, field.value);
          }
        });
    return all;
  }
}
