package dev.fairlead.live;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;

/**
 * Makes the {@code traffic} of a {@code MetricsReport}: only what is not zero, and of each kind at
 * most 1,000 entries, the first ones. One thread.
 */
public final class TrafficWriter {
  /** Of problems and reasons; an operator reads the first ones. */
  private static final int MOST_TEXTS = 20;

  private final JsonObject json = new JsonObject();

  /** {@code interval}: since the report before, which is what is counted. */
  public TrafficWriter(Duration interval, long lagMillis, int maxSessions) {
    json.put(TrafficReport.MILLIS, interval.toMillis())
        .put(TrafficReport.LAG, lagMillis)
        .put(TrafficReport.MAX_SESSIONS, maxSessions);
  }

  /** Why the member is not ready, and {@code {path, message}} of its file. */
  public void state(List<String> notReady, List<JsonObject> problems) {
    put(TrafficReport.NOT_READY, notReady);
    put(TrafficReport.PROBLEMS, problems);
  }

  private void put(String key, List<?> texts) {
    if (!texts.isEmpty()) {
      json.put(key, new JsonArray(texts.stream().limit(MOST_TEXTS).toList()));
    }
  }

  public void reason(String label, long count) {
    if (count != 0) {
      entries(TrafficReport.REASONS).put(label, count);
    }
  }

  /** Sessions, connections, bytes from and to clients, refused clients. */
  public void listener(String name, long... counts) {
    put(TrafficReport.LISTENERS, name, counts);
  }

  public void refused(String listener, String reason, long clients) {
    putReason(TrafficReport.REFUSED, listener, reason, clients);
  }

  /** Clients that the limit of that key refused. */
  public void refusedByLimit(String key, String reason, long clients) {
    putReason(TrafficReport.LIMIT_REFUSED, key, reason, clients);
  }

  private void putReason(String kind, String name, String reason, long clients) {
    JsonObject all = entries(kind);
    JsonObject known = all.getJsonObject(name);
    if (clients != 0 && (known != null || all.size() < TrafficReport.MOST_ENTRIES)) {
      JsonObject reasons = known == null ? new JsonObject() : known;
      all.put(name, reasons.put(reason, clients));
    }
  }

  /** Those of a listener, then pairs of a bucket of {@code ConnectTimes} and its connects. */
  public void backend(String pool, String id, long... counts) {
    put(TrafficReport.BACKENDS, pool + "/" + id, counts);
  }

  /** Permits in use and clients that wait. */
  public void limit(String key, long used, long waiting) {
    put(TrafficReport.LIMITS, key, used, waiting);
  }

  private void put(String kind, String name, long... counts) {
    JsonObject all = entries(kind);
    boolean any = false;
    JsonArray array = new JsonArray();
    for (long count : counts) {
      any |= count != 0;
      array.add(count);
    }
    if (any && all.size() < TrafficReport.MOST_ENTRIES) {
      all.put(name, array);
    }
  }

  private JsonObject entries(String kind) {
    JsonObject known = json.getJsonObject(kind);
    if (known == null) {
      known = new JsonObject();
      json.put(kind, known);
    }
    return known;
  }

  public JsonObject toJson() {
    return json;
  }
}
