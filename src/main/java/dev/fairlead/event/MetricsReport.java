package dev.fairlead.event;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member's counters and gauges. Totals count from the start of the member's process and never
 * fall; the other values are of this moment. {@code revision} is the one in force, 0 = none yet;
 * {@code listeners} and {@code pools} are those of its configuration.
 *
 * @param traffic since the report before, for other members; null = there is none
 */
public record MetricsReport(
    MemberId member,
    Instant time,
    long revision,
    Duration uptime,
    Sessions sessions,
    List<OfListener> listeners,
    List<OfPool> pools,
    @Nullable JsonObject traffic)
    implements SystemEvent {

  public MetricsReport {
    listeners = List.copyOf(listeners);
    pools = List.copyOf(pools);
  }

  /** Without traffic. */
  public MetricsReport(
      MemberId member,
      Instant time,
      long revision,
      Duration uptime,
      Sessions sessions,
      List<OfListener> listeners,
      List<OfPool> pools) {
    this(member, time, revision, uptime, sessions, listeners, pools, null);
  }

  /** The same report, with {@code now} as its traffic. */
  public MetricsReport with(@Nullable JsonObject now) {
    return new MetricsReport(member, time, revision, uptime, sessions, listeners, pools, now);
  }

  @Override
  public JsonObject details() {
    JsonObject details =
        new JsonObject()
            .put("revision", revision)
            .put("uptimeSeconds", uptime.toSeconds())
            .put("sessions", sessions.toJson())
            .put("listeners", new JsonArray(listeners.stream().map(OfListener::toJson).toList()))
            .put("pools", new JsonArray(pools.stream().map(OfPool::toJson).toList()));
    return traffic == null ? details : details.put("traffic", traffic);
  }

  /** Sessions, live now and opened since the start, and the bytes they carried. */
  public record Sessions(long active, long total, long bytesFromClient, long bytesToClient) {
    JsonObject toJson() {
      return new JsonObject()
          .put("active", active)
          .put("total", total)
          .put("bytesFromClient", bytesFromClient)
          .put("bytesToClient", bytesToClient);
    }
  }

  /** The sessions of one listener. */
  public record OfListener(String name, Sessions sessions) {
    JsonObject toJson() {
      return new JsonObject().put("name", name).mergeIn(sessions.toJson());
    }
  }

  /** The backends of one pool. */
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
   * This member's sessions of the backend {@code id} ({@code host:port} or {@code unix:/path}) and
   * its failed attempts to connect; {@code clusterActive}: live on all members, as it knows.
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
