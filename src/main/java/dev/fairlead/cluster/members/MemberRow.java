package dev.fairlead.cluster.members;

import dev.fairlead.cluster.rows.OwnRow;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * This member's row of {@code fairlead.members}, and what such a row means. The number of sessions
 * alone is no reason to tell the others more often than once a second. On the cluster's context
 * only, but for the static methods.
 */
final class MemberRow implements OwnRow {
  private static final long SESSIONS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String NAME = "name";
  private static final String ADDRESS = "address";
  private static final String VERSION = "version";
  private static final String STARTED = "started";
  private static final String REVISION = "revision";
  private static final String SESSIONS = "sessions";
  private static final String READY = "ready";
  private static final String DRAINING = "draining";

  private final Supplier<MemberInfo> info;
  private final LongSupplier nanos;
  private JsonObject told = new JsonObject();
  private long sessionsToldAt;

  MemberRow(Supplier<MemberInfo> info, LongSupplier nanos) {
    this.info = info;
    this.nanos = nanos;
  }

  @Override
  public JsonObject whole() {
    return told.copy();
  }

  @Override
  public JsonObject changes() {
    JsonObject now = fields(info.get());
    long time = nanos.getAsLong();
    if (told.containsKey(SESSIONS) && time - sessionsToldAt < SESSIONS_NANOS) {
      now.put(SESSIONS, told.getValue(SESSIONS));
    } else {
      sessionsToldAt = time;
    }
    JsonObject changes = difference(told, now);
    told = now;
    return changes;
  }

  private static JsonObject difference(JsonObject before, JsonObject now) {
    JsonObject changes = new JsonObject();
    Set<String> names = new TreeSet<>(before.fieldNames());
    names.addAll(now.fieldNames());
    for (String name : names) {
      Object value = now.getValue(name);
      if (value == null || !value.equals(before.getValue(name))) {
        changes.put(name, value);
      }
    }
    return changes;
  }

  private static JsonObject fields(MemberInfo info) {
    JsonObject fields =
        new JsonObject()
            .put(NAME, info.name())
            .put(VERSION, info.version())
            .put(STARTED, info.started().toString())
            .put(REVISION, info.revision())
            .put(SESSIONS, info.sessions())
            .put(READY, info.ready())
            .put(DRAINING, info.draining());
    return info.address() == null ? fields : fields.put(ADDRESS, info.address());
  }

  /** What {@code fields} say of the member {@code id}; null when that is not a member's row. */
  static MemberInfo parse(String id, JsonObject fields) {
    try {
      String name = fields.getString(NAME);
      if (name == null) {
        return null;
      }
      return new MemberInfo(
          id,
          name,
          fields.getString(ADDRESS),
          fields.getString(VERSION),
          Instant.parse(fields.getString(STARTED, "")),
          fields.getLong(REVISION, 0L),
          fields.getLong(SESSIONS, 0L),
          fields.getBoolean(READY, false),
          fields.getBoolean(DRAINING, false));
    } catch (ClassCastException | DateTimeException e) {
      return null;
    }
  }
}
