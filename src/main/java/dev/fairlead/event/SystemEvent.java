package dev.fairlead.event;

import dev.fairlead.config.Durations;
import dev.fairlead.config.Revision.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a member, published on {@link #ADDRESS}. Immutable. Delivery is best
 * effort: an event can be lost, and the state it reports can be queried elsewhere.
 */
public sealed interface SystemEvent
    permits SystemEvent.ConfigUpdate,
        SystemEvent.Shutdown,
        MetricsReport,
        SystemEvent.MemberJoined,
        SystemEvent.MemberLeft,
        SystemEvent.BackendUp,
        SystemEvent.BackendDown,
        SystemEvent.BackendEjected,
        SystemEvent.BackendReturned,
        SystemEvent.DrainStarted,
        SystemEvent.DrainFinished {

  /** Event bus address. */
  String ADDRESS = "fairlead.events";

  /** ISO-8601 in UTC, always with three digits of milliseconds. */
  DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  /** The member it happened to. */
  MemberId member();

  /** By the clock of the publishing member. */
  Instant time();

  /** The fields of this type of event; none by default. */
  default JsonObject details() {
    return new JsonObject();
  }

  /** {@code {type, member, name, time}} and the {@link #details}. */
  default JsonObject toJson() {
    return new JsonObject()
        .put("type", getClass().getSimpleName())
        .put("member", member().id())
        .put("name", member().name())
        .put("time", TIME.format(time()))
        .mergeIn(details());
  }

  /**
   * The member has put {@code revision} in force; {@code superseded} lost to it when two parts of a
   * split cluster merged. {@code unchanged}: a push through this member, whose {@code origin} it
   * is, had the keys and values that {@code revision} has already, so that this one stays.
   */
  record ConfigUpdate(
      MemberId member,
      Instant time,
      long revision,
      Origin origin,
      boolean unchanged,
      @Nullable Superseded superseded)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return origin
          .addTo(new JsonObject().put("revision", revision))
          .put("unchanged", unchanged)
          .put("superseded", superseded == null ? null : superseded.toJson());
    }
  }

  /** A revision that lost to one of the same number; stays in the history. One id per push. */
  record Superseded(long revision, String id, String author) {
    JsonObject toJson() {
      return new JsonObject().put("revision", revision).put("id", id).put("author", author);
    }
  }

  /** A shutdown command begins a drain; {@code grace} absent = as configured on the member. */
  record Shutdown(MemberId member, Instant time, @Nullable Duration grace) implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject().put("grace", grace == null ? null : Durations.show(grace));
    }
  }

  /** The member has joined; others reach it at {@code address}, absent = not clustered. */
  record MemberJoined(MemberId member, Instant time, @Nullable String address, String version)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject().put("address", address).put("version", version);
    }
  }

  /**
   * The member has left the cluster; published by a member that is still in it, with the {@code
   * reason} as far as that knows. {@code lost}: nobody has told it to leave.
   */
  record MemberLeft(MemberId member, Instant time, String reason, boolean lost)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject().put("reason", reason).put("lost", lost);
    }
  }

  /** The member accepts no new sessions; those live now have {@code grace} to finish. */
  record DrainStarted(MemberId member, Instant time, long sessions, Duration grace)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject().put("sessions", sessions).put("grace", Durations.show(grace));
    }
  }

  /** The member has no session left and is about to leave the cluster. */
  record DrainFinished(MemberId member, Instant time) implements SystemEvent {}

  /** The cluster's verdict on the backend has become healthy on this member. */
  record BackendUp(MemberId member, Instant time, String pool, String backend)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return about(pool, backend);
    }
  }

  /** The verdict has become down on this member; {@code reason} of the last probe. */
  record BackendDown(MemberId member, Instant time, String pool, String backend, String reason)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return about(pool, backend).put("reason", reason);
    }
  }

  /** The member has ejected the backend after {@code failures} of its own sessions in a row. */
  record BackendEjected(
      MemberId member, Instant time, String pool, String backend, int failures, Duration ejection)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return about(pool, backend)
          .put("failures", failures)
          .put("ejection", Durations.show(ejection));
    }
  }

  /** The ejection of the backend has ended on this member. */
  record BackendReturned(MemberId member, Instant time, String pool, String backend)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return about(pool, backend);
    }
  }

  private static JsonObject about(String pool, String backend) {
    return new JsonObject().put("pool", pool).put("backend", backend);
  }
}
