package dev.fairlead.cluster.lease;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has how much of one limit: a value of {@code fairlead.leases}, {@code {version, restored,
 * rows: {member: {held, used, wanted}}}}. Immutable. Who holds nothing and wants nothing has no
 * row.
 *
 * @param version is another with each change, so that a write of long ago, which replaces only what
 *     was there then, can't be done after a newer one
 * @param restored is another when rows were found missing and may still be; 0 = never
 */
record LeaseEntry(long version, long restored, SortedMap<String, LeaseRow> rows) {
  static final LeaseEntry NONE = new LeaseEntry(0, 0, new TreeMap<>());

  private static final Logger LOG = LoggerFactory.getLogger(LeaseEntry.class);

  /** What {@code text} says; nothing when it is null or no entry. */
  static LeaseEntry parse(String text) {
    if (text == null) {
      return NONE;
    }
    try {
      JsonObject json = new JsonObject(text);
      SortedMap<String, LeaseRow> rows = new TreeMap<>();
      for (Map.Entry<String, Object> each : json.getJsonObject("rows")) {
        rows.put(each.getKey(), row((JsonObject) each.getValue()));
      }
      return new LeaseEntry(json.getLong("version"), json.getLong("restored"), rows);
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      LOG.debug("no leases: {}", text, e);
      return NONE;
    }
  }

  private static LeaseRow row(JsonObject json) {
    return new LeaseRow(
        count(json.getInteger("held")),
        count(json.getInteger("used")),
        count(json.getInteger("wanted")));
  }

  /** A negative one would let others have more than there is. */
  private static int count(int stored) {
    return Math.max(0, stored);
  }

  /** As it is stored; null = there is nothing to store. */
  String encode() {
    if (rows.isEmpty()) {
      return null;
    }
    JsonObject json = new JsonObject();
    rows.forEach(
        (member, row) ->
            json.put(
                member,
                new JsonObject()
                    .put("held", row.held())
                    .put("used", row.used())
                    .put("wanted", row.wanted())));
    return new JsonObject()
        .put("version", version)
        .put("restored", restored)
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
    return new LeaseEntry(version, restored, next);
  }

  LeaseEntry without(Predicate<String> members) {
    if (rows.keySet().stream().noneMatch(members)) {
      return this;
    }
    SortedMap<String, LeaseRow> next = new TreeMap<>(rows);
    next.keySet().removeIf(members);
    return new LeaseEntry(version, restored, next);
  }

  /** What {@code members} hold is as if in use, and they want nothing. */
  LeaseEntry pinned(Predicate<String> members) {
    LeaseEntry next = this;
    for (Map.Entry<String, LeaseRow> each : rows.entrySet()) {
      int held = each.getValue().held();
      LeaseRow pinned = new LeaseRow(held, held, 0);
      if (members.test(each.getKey()) && !pinned.equals(each.getValue())) {
        next = next.with(each.getKey(), pinned);
      }
    }
    return next;
  }

  /**
   * The next version.
   *
   * @param first of an entry that is created: any number, so that it is unlike that of one before
   */
  LeaseEntry next(long first) {
    return new LeaseEntry(version == 0 ? first : version + 1, restored, rows);
  }

  LeaseEntry restored(long mark) {
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

  /** Whether somebody but {@code member} wants more than it holds. */
  boolean isAnotherUnmet(String member) {
    return rows.entrySet().stream()
        .anyMatch(each -> !each.getKey().equals(member) && each.getValue().isUnmet());
  }
}
