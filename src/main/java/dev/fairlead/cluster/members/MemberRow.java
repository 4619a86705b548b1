package dev.fairlead.cluster.members;

import dev.fairlead.cluster.rows.OwnRow;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * This member's row of {@code fairlead.members}, and how such a row is read. A change of the number
 * of sessions alone is sent once a second at most. On the cluster's context, except static methods.
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
  private JsonObject sent = new JsonObject();
  private long sessionsSentAt;

  MemberRow(Supplier<MemberInfo> info, LongSupplier nanos) {
    this.info = info;
    this.nanos = nanos;
  }

  @Override
  public JsonObject whole() {
    return sent.copy();
  }

  @Override
  public JsonObject changes() {
    JsonObject now = fields(info.get());
    long time = nanos.getAsLong();
    if (sent.containsKey(SESSIONS) && time - sessionsSentAt < SESSIONS_NANOS) {
      now.put(SESSIONS, sent.getValue(SESSIONS));
    } else {
      sessionsSentAt = time;
    }
    JsonObject changes = difference(sent, now);
    sent = now;
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

  /** The member {@code id} by its row; empty when it is none, since any node can write one. */
  static Optional<MemberInfo> parse(String id, JsonObject fields) {
    try {
      String name = fields.getString(NAME);
      String version = fields.getString(VERSION);
      String started = fields.getString(STARTED);
      if (name == null || version == null || started == null) {
        return Optional.empty();
      }
      return Optional.of(
          new MemberInfo(
              id,
              name,
              fields.getString(ADDRESS),
              version,
              Instant.parse(started),
              number(fields, REVISION),
              number(fields, SESSIONS),
              Boolean.TRUE.equals(fields.getBoolean(READY)),
              Boolean.TRUE.equals(fields.getBoolean(DRAINING))));
    } catch (ClassCastException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static long number(JsonObject fields, String key) {
    Long value = fields.getLong(key);
    return value == null ? 0 : value;
  }
}
