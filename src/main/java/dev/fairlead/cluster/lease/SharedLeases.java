package dev.fairlead.cluster.lease;

import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.TimeLimit;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.util.Collection;
import java.util.Objects;

/** Leases in a shared map of Vert.x, with its bus and timers. On the cluster's context only. */
final class SharedLeases implements LeaseContext {
  static final String MAP = "fairlead.leases";

  /** {@code {member, key}}: who asks, and what for. */
  static final String CHANGED = "fairlead.leases.changed";

  static final String MEMBER = "member";
  static final String KEY = "key";

  private static final int LIMIT_SECONDS = 3;

  private final RowContext place;
  private final AsyncMap<String, String> map;

  SharedLeases(RowContext place, AsyncMap<String, String> map) {
    this.place = place;
    this.map = map;
  }

  @Override
  public String self() {
    return place.node().id();
  }

  @Override
  public Collection<String> nodes() {
    return place.node().nodes();
  }

  @Override
  public long nanos() {
    return place.nanos().getAsLong();
  }

  @Override
  public Future<String> get(String key) {
    return TimeLimit.seconds(LIMIT_SECONDS, () -> map.get(key));
  }

  @Override
  public Future<Boolean> swap(String key, String before, String after) {
    return TimeLimit.seconds(LIMIT_SECONDS, () -> change(key, before, after));
  }

  private Future<Boolean> change(String key, String before, String after) {
    if (before == null) {
      return map.putIfAbsent(key, after).map(Objects::isNull);
    }
    return after == null
        ? map.removeIfPresent(key, before)
        : map.replaceIfPresent(key, before, after);
  }

  /** Alone there is nobody to ask. */
  @Override
  public void hint(String key) {
    int copies = nodes().size() - 1;
    if (copies > 0) {
      Buffer body = new JsonObject().put(MEMBER, self()).put(KEY, key).toBuffer();
      BestEffortPublisher.publish(place.node().vertx(), CHANGED, body);
      place.traffic().published(copies, body.length());
    }
  }

  @Override
  public void later(long millis, Runnable task) {
    place.node().vertx().setTimer(millis, any -> task.run());
  }
}
