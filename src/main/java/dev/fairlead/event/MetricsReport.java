package dev.fairlead.event;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A member's numbers. What is a total counts from the start of the member's process and never
 * falls; the rest is of this moment.
 *
 * @param revision the revision in force, 0 = none yet
 * @param uptime since the process started
 * @param sessions of the whole member
 * @param listeners those of the configuration in force
 * @param pools those of the configuration in force
 */
public record MetricsReport(
    MemberId member,
    Instant time,
    long revision,
    Duration uptime,
    Sessions sessions,
    List<OfListener> listeners,
    List<OfPool> pools)
    implements SystemEvent {

  public MetricsReport {
    listeners = List.copyOf(listeners);
    pools = List.copyOf(pools);
  }

  @Override
  public JsonObject details() {
    return new JsonObject()
        .put("revision", revision)
        .put("uptimeSeconds", uptime.toSeconds())
        .put("sessions", sessions.toJson())
        .put("listeners", new JsonArray(listeners.stream().map(OfListener::toJson).toList()))
        .put("pools", new JsonArray(pools.stream().map(OfPool::toJson).toList()));
  }

  /**
   * Sessions and what they carried.
   *
   * @param active live now
   * @param total that were ever opened
   */
  public record Sessions(long active, long total, long bytesFromClient, long bytesToClient) {
    JsonObject toJson() {
      return new JsonObject()
          .put("active", active)
          .put("total", total)
          .put("bytesFromClient", bytesFromClient)
          .put("bytesToClient", bytesToClient);
    }
  }

  /** What came in through one listener. */
  public record OfListener(String name, Sessions sessions) {
    JsonObject toJson() {
      return new JsonObject().put("name", name).mergeIn(sessions.toJson());
    }
  }

  /** What went to one pool. */
  public record OfPool(String name, List<OfBackend> backends) {
    public OfPool {
      backends = List.copyOf(backends);
    }

    JsonObject toJson() {
      return new JsonObject()
          .put("name", name)
          .put("backends", new JsonArray(backends.stream().map(OfBackend::toJson).toList()));
    }
  }

  /**
   * What went to one backend.
   *
   * @param id {@code host:port} or {@code unix:/path}
   * @param active this member's live sessions
   * @param clusterActive those of all members, as this member sees them
   * @param total this member's sessions
   * @param failures this member's failed attempts to connect
   */
  public record OfBackend(String id, long active, long clusterActive, long total, long failures) {
    JsonObject toJson() {
      return new JsonObject()
          .put("id", id)
          .put("active", active)
          .put("clusterActive", clusterActive)
          .put("total", total)
          .put("failures", failures);
    }
  }
}
