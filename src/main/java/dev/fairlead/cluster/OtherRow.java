package dev.fairlead.cluster;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/**
 * One other member's row, as far as it is known here. On the cluster's context only.
 *
 * <p>Every change and every whole row has a sequence number of its owner, and each field remembers
 * which one it is from; an older one never replaces a newer one. So it does not matter in which
 * order they arrive, and what got lost is made good by the next whole row:
 *
 * <pre>
 * whole 5 {a: 1}     a = 1
 * change 7 {b: 2}    a = 1, b = 2
 * change 6 {b: 9}    the same: b is from 7
 * whole 6 {a: 3}     a = 3, b = 2: the row of 6 knows nothing of 7
 * </pre>
 */
final class OtherRow {
  private final Map<String, Field> fields = new HashMap<>();

  /** What is not newer than this does not count: the last whole row, or what was dropped. */
  private long floor;

  /** The newest of all that came; the floor or above. */
  private long last;

  /** By the reader's own clock; when {@link #last} grew. */
  private long renewedAt;

  /** Whether the row is in use: changes alone don't make a row. */
  private boolean whole;

  /** A value and what it is from; null = the field is gone. */
  private record Field(long seq, Object value) {}

  boolean inUse() {
    return whole;
  }

  long renewedAt() {
    return renewedAt;
  }

  /** Takes a change and returns what it changed here: nothing as long as the row is not whole. */
  JsonObject changes(long seq, JsonObject changes, long now) {
    JsonObject changed = new JsonObject();
    if (seq > floor) {
      renew(seq, now);
      changes.getMap().forEach((name, value) -> set(name, new Field(seq, value), changed));
    }
    return whole ? changed : new JsonObject();
  }

  /** Takes a whole row and returns what it changed here: all fields, if the row was not whole. */
  JsonObject whole(long seq, JsonObject row, long now) {
    JsonObject changed = new JsonObject();
    if (seq <= floor) {
      return changed;
    }
    renew(seq, now);
    row.getMap().forEach((name, value) -> set(name, new Field(seq, value), changed));
    removeOlder(seq, changed);
    floor = seq;
    if (whole) {
      return changed;
    }
    whole = true;
    return all();
  }

  /** Out of use until something newer than {@code seq} comes, and a whole row. */
  void drop(long seq) {
    last = Math.max(last, seq);
    floor = last;
    whole = false;
    fields.clear();
  }

  private void renew(long seq, long now) {
    if (seq > last) {
      last = seq;
      renewedAt = now;
    }
  }

  private void set(String name, Field field, JsonObject changed) {
    Field known = fields.get(name);
    if (known != null && known.seq >= field.seq) {
      return;
    }
    fields.put(name, field);
    if (known == null ? field.value != null : !same(known.value, field.value)) {
      changed.put(name, field.value);
    }
  }

  private static boolean same(Object one, Object other) {
    return one == null ? other == null : one.equals(other);
  }

  /** Takes out what the whole row of {@code seq} does not have. */
  private void removeOlder(long seq, JsonObject changed) {
    fields
        .entrySet()
        .removeIf(
            entry -> {
              Field field = entry.getValue();
              if (field.seq < seq && field.value != null) {
                changed.putNull(entry.getKey());
              }
              return field.seq < seq;
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
