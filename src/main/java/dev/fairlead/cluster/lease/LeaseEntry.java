package dev.fairlead.cluster.lease;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the permits of one limit are spread over the members: a value of {@code fairlead.leases},
 * {@code {version, restored, rows: {member: {held, used, wanted}}}}. Immutable. A member that holds
 * and wants nothing has no row.
 *
 * @param version differs with each change; so a delayed compare-and-set, which replaces only the
 *     text it was made from, can never succeed after a newer one
 * @param repairMark set anew when rows were found missing, so that no permit is granted while
 *     members write theirs again ({@link RepairMark}); 0 = none
 * @param rows by member id
 */
record LeaseEntry(long version, long repairMark, SortedMap<String, LeaseRow> rows) {
  static final LeaseEntry NONE = new LeaseEntry(0, 0, new TreeMap<>());

  private static final Logger LOG = LoggerFactory.getLogger(LeaseEntry.class);

  /**
   * One member's permits: granted, in use when this was written, which may be out of date, and how
   * many more it could have used then.
   */
  record LeaseRow(int held, int used, int wanted) {
    static final LeaseRow NONE = new LeaseRow(0, 0, 0);

    /** A negative count would let the others have more than the limit. */
    private static LeaseRow parse(JsonObject json) {
      return new LeaseRow(
          Math.max(0, json.getInteger("held")),
          Math.max(0, json.getInteger("used")),
          Math.max(0, json.getInteger("wanted")));
    }

    private JsonObject toJson() {
      return new JsonObject().put("held", held).put("used", used).put("wanted", wanted);
    }

    long demand() {
      return (long) used + wanted;
    }

    boolean isUnmet() {
      return demand() > held;
    }

    boolean isEmpty() {
      return equals(NONE);
    }
  }

  /** The entry of {@code text}; {@link #NONE} for null and for a text that is no entry. */
  static LeaseEntry parse(@Nullable String text) {
    if (text == null) {
      return NONE;
    }
    try {
      JsonObject json = new JsonObject(text);
      SortedMap<String, LeaseRow> rows = new TreeMap<>();
      for (Map.Entry<String, Object> each : json.getJsonObject("rows")) {
        rows.put(each.getKey(), LeaseRow.parse((JsonObject) each.getValue()));
      }
      return new LeaseEntry(json.getLong("version"), json.getLong("restored"), rows);
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      LOG.debug("not an entry of leases: {}", text, e);
      return NONE;
    }
  }

  /** The text to store; null = the entry is to be removed. */
  @Nullable String encode() {
    if (rows.isEmpty()) {
      return null;
    }
    JsonObject json = new JsonObject();
    rows.forEach((member, row) -> json.put(member, row.toJson()));
    return new JsonObject()
        .put("version", version)
        .put("restored", repairMark)
        .put("rows", json)
        .encode();
  }

  LeaseEntry with(String member, LeaseRow row) {
    SortedMap<String, LeaseRow> next = new TreeMap<>(rows);
    if (row.isEmpty()) {
      next.remove(member);
    } else {
      next.put(member, row);
    }
    return new LeaseEntry(version, repairMark, next);
  }

  LeaseEntry without(Predicate<String> members) {
    SortedMap<String, LeaseRow> next = new TreeMap<>(rows);
    next.keySet().removeIf(members);
    return new LeaseEntry(version, repairMark, next);
  }

  /** Counts all that {@code members} hold as used, and drops their demand: none can answer. */
  LeaseEntry pinned(Predicate<String> members) {
    SortedMap<String, LeaseRow> next = new TreeMap<>(rows);
    next.replaceAll((id, row) -> members.test(id) ? new LeaseRow(row.held, row.held, 0) : row);
    next.values().removeIf(LeaseRow::isEmpty);
    return new LeaseEntry(version, repairMark, next);
  }

  /** The next version; of a new entry {@code first}: any that differs from the entry before. */
  LeaseEntry next(long first) {
    return new LeaseEntry(version == 0 ? first : version + 1, repairMark, rows);
  }

  LeaseEntry marked(long mark) {
    return new LeaseEntry(version, mark, rows);
  }

  LeaseRow row(String member) {
    return rows.getOrDefault(member, LeaseRow.NONE);
  }

  long held() {
    return rows.values().stream().mapToLong(LeaseRow::held).sum();
  }

  long heldByOthers(String member) {
    return held() - row(member).held();
  }

  /** Whether a member other than {@code member} has unmet demand. */
  boolean isAnotherUnmet(String member) {
    return rows.entrySet().stream()
        .anyMatch(each -> !each.getKey().equals(member) && each.getValue().isUnmet());
  }
}
