package dev.fairlead.cluster.lease;

import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.TimeLimit;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The leases' context on Vert.x: shared map, event bus and timers. On the cluster's context. */
final class SharedLeases implements LeaseContext {
  static final String MAP = "fairlead.leases";

  /** Address of requests to refresh a key, {@code {member, key}}. */
  static final String CHANGED = "fairlead.leases.changed";

  private static final String MEMBER = "member";
  private static final String KEY = "key";

  /** Raising it blocks a key for longer after a lost answer; lowering it gives up a slow map. */
  private static final int LIMIT_SECONDS = 3;

  private final RowContext context;
  private final AsyncMap<String, String> map;

  SharedLeases(RowContext context, AsyncMap<String, String> map) {
    this.context = context;
    this.map = map;
  }

  @Override
  public String self() {
    return context.node().id();
  }

  @Override
  public Collection<String> nodes() {
    return context.node().nodes();
  }

  @Override
  public long nanos() {
    return context.nanos().getAsLong();
  }

  @Override
  public Future<@Nullable String> get(String key) {
    return TimeLimit.seconds(LIMIT_SECONDS, () -> map.get(key));
  }

  @Override
  public Future<Boolean> compareAndSet(
      String key, @Nullable String before, @Nullable String after) {
    return TimeLimit.seconds(LIMIT_SECONDS, () -> change(key, before, after));
  }

  private Future<Boolean> change(String key, @Nullable String before, @Nullable String after) {
    if (before == null) {
      return map.putIfAbsent(key, after).map(Objects::isNull);
    }
    return after == null
        ? map.removeIfPresent(key, before)
        : map.replaceIfPresent(key, before, after);
  }

  @Override
  public void askPeers(String key) {
    context.publish(CHANGED, new JsonObject().put(MEMBER, self()).put(KEY, key).toBuffer());
  }

  /** The key that a peer asks this member to refresh; empty for any other message. */
  Optional<String> requestedKey(Object body) {
    if (!(body instanceof Buffer text)) {
      return Optional.empty();
    }
    try {
      JsonObject request = text.toJsonObject();
      return self().equals(request.getString(MEMBER))
          ? Optional.empty()
          : Optional.ofNullable(request.getString(KEY));
    } catch (DecodeException | ClassCastException e) {
      return Optional.empty();
    }
  }

  @Override
  public void schedule(long millis, Runnable task) {
    context.node().vertx().setTimer(millis, any -> task.run());
  }
}
