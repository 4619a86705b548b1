package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.TimeLimit;
import dev.fairlead.net.IdleTimer;
import dev.fairlead.net.PauseClock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits of the whole cluster: each member holds permits of each as a lease in {@code
 * fairlead.leases}, takes more when demand exceeds them, and gives surplus back after a second, or
 * at once when another member has unmet demand. The permits of a dead member are freed some seconds
 * later.
 *
 * <p>While the cluster is whole, never more is allowed than the limit. In a split, a part with
 * fewer than half of the members frees nothing for a minute; when parts meet no connection is cut
 * and nothing is granted until the sum is within the limit.
 *
 * <p>A key without unmet demand costs one read a second and member; with more than 200 keys a
 * member reads 200 a second in turn, and after a merge each key within a second all the same. A key
 * with unmet demand costs a few reads and writes every 100 ms, however many clients come.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread. What is
 * leased is called on the cluster's context only.
 */
public final class Leases implements ClusterNode.NodeChanges {
  /** While nothing is leased there is nothing to do until {@link #changed} or another call. */
  private static final IdleTimer.Intervals TICK =
      new IdleTimer.Intervals(Duration.ofMillis(LeaseKeeper.TICK_MILLIS), Duration.ofSeconds(5));

  private final RowContext context;
  private final Supplier<List<Leased>> leased;

  /** The Vert.x context of the leases; null before the start. */
  private volatile @Nullable Context home;

  private Future<Opened> opened = Future.failedFuture("not started");

  /** Null before the start. */
  private @Nullable IdleTimer timer;

  private record Opened(LeaseKeeper keeper, MessageConsumer<Object> consumer) {}

  public Leases(RowContext context, Supplier<List<Leased>> leased) {
    this.context = context;
    this.leased = leased;
  }

  /** Succeeds when the map is open; the first permits come a little later. */
  public Future<Void> start() {
    return open().onSuccess(done -> startTimer());
  }

  private void startTimer() {
    timer =
        new IdleTimer(
            (ContextInternal) Objects.requireNonNull(home), TICK, this::isIdle, this::tick);
    tick();
    timer.start();
  }

  /** {@link #start} without the timer. */
  Future<Void> open() {
    Vertx vertx = context.node().vertx();
    home = vertx.getOrCreateContext();
    opened = ReplicatedTable.openMap(vertx, SharedLeases.MAP).compose(this::listen);
    return opened.mapEmpty();
  }

  private Future<Opened> listen(AsyncMap<String, String> map) {
    SharedLeases shared = new SharedLeases(context, map);
    LeaseKeeper keeper = new LeaseKeeper(shared, leased);
    MessageConsumer<Object> consumer =
        context.node().vertx().eventBus().consumer(SharedLeases.CHANGED);
    consumer.handler(message -> shared.requestedKey(message.body()).ifPresent(keeper::requested));
    return consumer.completion().map(done -> new Opened(keeper, consumer));
  }

  /** Allows nothing more here and gives all permits back. Never fails. */
  public Future<Void> stop() {
    if (home == null) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    run(() -> opened.compose(this::close).otherwiseEmpty().onComplete(promise));
    return promise.future();
  }

  private Future<Void> close(Opened open) {
    if (timer != null) {
      timer.stop();
    }
    return open.keeper.stop().compose(done -> open.consumer.unregister());
  }

  /** Clients wait for more of {@code some}: refreshes it at once, but at most every 20 ms. */
  public void needed(Leased some) {
    runHurried(keeper -> keeper.needed(some));
  }

  /** To be called after a change of configuration; without it, it is followed 5 s later. */
  public void changed() {
    run(this::hurry);
  }

  @Override
  public void joined(String node) {
    runHurried(LeaseKeeper::joined);
  }

  @Override
  public void left(String node) {
    runHurried(keeper -> keeper.left(node));
  }

  @Override
  public void merged() {
    runHurried(LeaseKeeper::merged);
  }

  void tick() {
    runOpen(LeaseKeeper::tick);
  }

  private void hurry() {
    if (timer != null) {
      timer.hurry();
    }
  }

  private boolean isIdle() {
    return !opened.succeeded() || opened.result().keeper.isIdle();
  }

  private void runHurried(Consumer<LeaseKeeper> task) {
    runOpen(
        keeper -> {
          task.accept(keeper);
          hurry();
        });
  }

  /** Runs {@code task} on the context of the leases; before the map is open, not at all. */
  private void runOpen(Consumer<LeaseKeeper> task) {
    run(
        () -> {
          if (opened.succeeded()) {
            task.accept(opened.result().keeper);
          }
        });
  }

  private void run(Runnable task) {
    Context started = home;
    if (started != null && started == Vertx.currentContext()) {
      task.run();
    } else if (started != null) {
      started.runOnContext(any -> task.run());
    }
  }

  /** The context of the keeper on Vert.x. On the cluster's context only. */
  static final class SharedLeases implements LeaseContext {
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
    public long monotonic() {
      return context.monotonic().getAsLong();
    }

    @Override
    public PauseClock runningTime() {
      return context.runningTime();
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
      JsonObject request = new JsonObject().put(MEMBER, self()).put(KEY, key);
      context.publish(CHANGED, request::toBuffer);
    }

    /** The key that a peer asks this member to refresh; empty for any other message. */
    Optional<String> requestedKey(Object body) {
      try {
        JsonObject request = body instanceof Buffer text ? text.toJsonObject() : new JsonObject();
        return Optional.ofNullable(request.getString(KEY))
            .filter(key -> !self().equals(request.getString(MEMBER)));
      } catch (DecodeException | ClassCastException e) {
        return Optional.empty();
      }
    }

    @Override
    public void schedule(long millis, Runnable task) {
      context.node().vertx().setTimer(millis, any -> task.run());
    }
  }
}
