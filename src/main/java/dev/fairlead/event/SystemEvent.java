package dev.fairlead.event;

import dev.fairlead.config.Durations;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a member, as it is published on {@link #ADDRESS}. Immutable. Events
 * are news, not state: one can be missed, and what they tell can be asked for elsewhere.
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

  /** Where events are published on the event bus. */
  String ADDRESS = "fairlead.events";

  /** ISO-8601 in UTC, always with three digits of milliseconds. */
  DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  /** The member it happened to. */
  MemberId member();

  /** When, by the clock of the member that says it. */
  Instant time();

  /** What only this kind of event tells. */
  JsonObject details();

  /** {@code {type, member, name, time, ...}} with {@link #details}. */
  default JsonObject toJson() {
    return new JsonObject()
        .put("type", getClass().getSimpleName())
        .put("member", member().id())
        .put("name", member().name())
        .put("time", TIME.format(time()))
        .mergeIn(details());
  }

  /**
   * The member has put another revision in force.
   *
   * @param revision the number that is in force now
   * @param author who made it
   * @param from where it came from: {@code http 127.0.0.1}, {@code file m1}
   * @param superseded the revision that lost to it when two parts of a split cluster met
   */
  record ConfigUpdate(
      MemberId member,
      Instant time,
      long revision,
      String author,
      String from,
      @Nullable Superseded superseded)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject()
          .put("revision", revision)
          .put("author", author)
          .put("from", from)
          .put("superseded", superseded == null ? null : superseded.toJson());
    }
  }

  /**
   * A revision that lost to another one of the same number; its text is in the history.
   *
   * @param id unique to the change that made it
   */
  record Superseded(long revision, String id, String author) {
    JsonObject toJson() {
      return new JsonObject().put("revision", revision).put("id", id).put("author", author);
    }
  }

  /**
   * The member was told to shut down, and obeys.
   *
   * @param grace what its sessions are given; absent: the time of its own configuration
   */
  record Shutdown(MemberId member, Instant time, @Nullable Duration grace) implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject().put("grace", grace == null ? null : Durations.show(grace));
    }
  }

  /**
   * The member is in the cluster.
   *
   * @param address where the other members reach it; absent in a member without a cluster
   */
  record MemberJoined(MemberId member, Instant time, @Nullable String address, String version)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject().put("address", address).put("version", version);
    }
  }

  /** The member is no longer in the cluster, for whatever reason; said by one that is. */
  record MemberLeft(MemberId member, Instant time) implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject();
    }
  }

  /**
   * The member finishes its live sessions and takes no new ones.
   *
   * @param sessions that were live when it began
   * @param grace how long they are given
   */
  record DrainStarted(MemberId member, Instant time, long sessions, Duration grace)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject().put("sessions", sessions).put("grace", Durations.show(grace));
    }
  }

  /** The member has no session left, and leaves the cluster next. */
  record DrainFinished(MemberId member, Instant time) implements SystemEvent {
    @Override
    public JsonObject details() {
      return new JsonObject();
    }
  }

  /** By the probes of the cluster the backend is well again, as the member has just heard. */
  record BackendUp(MemberId member, Instant time, String pool, String backend)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return about(pool, backend);
    }
  }

  /**
   * By the probes of the cluster the backend is down, as the member has just heard.
   *
   * @param reason what the last probe said: {@code connection refused}
   */
  record BackendDown(MemberId member, Instant time, String pool, String backend, String reason)
      implements SystemEvent {
    @Override
    public JsonObject details() {
      return about(pool, backend).put("reason", reason);
    }
  }

  /**
   * The member leaves the backend alone for what its own sessions saw.
   *
   * @param failures in a row
   * @param ejection how long
   */
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

  /** The member uses the backend again that it had ejected. */
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
