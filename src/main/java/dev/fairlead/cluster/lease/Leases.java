package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits of the whole cluster: each member holds a part of each as a lease in {@code
 * fairlead.leases}, takes more when it is short, and gives back what it does not use for a second,
 * or at once when another is short. What a dead member held is free some seconds later.
 *
 * <p>While the cluster is whole, never more is allowed than the limit. In a split, a part with
 * fewer than half of the members frees nothing for a minute; when parts meet nobody is cut off and
 * nothing is granted until the sum is below the limit.
 *
 * <p>A key that nobody is short of costs one read a second and member; with more than 200 keys a
 * member reads 200 a second, each in its turn, and after a merge each within a second all the same.
 * A key that somebody is short of costs a few reads and writes every 100 ms, however many clients
 * come.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread. What is
 * leased is called on the cluster's context only.
 */
public final class Leases {
  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
  private static final long NO_TIMER = -1;

  private final RowContext place;
  private final Supplier<List<Leased>> leased;
  private final Listener listener = new Listener();
  private volatile Context context;
  private Future<Void> opened = Future.failedFuture("not started");

  /** Null until it is open. */
  private LeaseKeeper keeper;

  private MessageConsumer<Object> consumer;
  private long timer = NO_TIMER;

  /**
   * Leases nothing before its start.
   *
   * @param leased gives what is leased at the moment; asked every 100 ms, and must return at once
   */
  public Leases(RowContext place, Supplier<List<Leased>> leased) {
    this.place = place;
    this.leased = leased;
  }

  /** Succeeds when the map is open; the first permits come a little later. */
  public Future<Void> start() {
    return open()
        .onSuccess(
            done -> {
              Vertx vertx = place.node().vertx();
              timer = vertx.setPeriodic(LeaseKeeper.TICK_MILLIS, any -> keeper.tick());
              keeper.tick();
            });
  }

  /** {@link #start} without timers. */
  Future<Void> open() {
    Vertx vertx = place.node().vertx();
    context = vertx.getOrCreateContext();
    opened =
        ReplicatedTable.openMap(vertx, SharedLeases.MAP)
            .compose(
                map -> {
                  keeper = new LeaseKeeper(new SharedLeases(place, map), leased);
                  consumer = vertx.eventBus().consumer(SharedLeases.CHANGED, this::received);
                  return consumer.completion();
                });
    return opened;
  }

  /** Allows nothing more here and gives everything back. Never fails. */
  public Future<Void> stop() {
    if (context == null) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    run(() -> opened.transform(done -> close()).onComplete(promise));
    return promise.future();
  }

  private Future<Void> close() {
    if (keeper == null) {
      return Future.succeededFuture();
    }
    place.node().vertx().cancelTimer(timer);
    return keeper
        .stop()
        .compose(done -> consumer.unregister())
        .transform(done -> Future.succeededFuture());
  }

  /** Somebody waits for more of {@code some}: looks at once, but at most every 20 ms. */
  public void needed(Leased some) {
    run(
        () -> {
          if (keeper != null) {
            keeper.needed(some);
          }
        });
  }

  /** Must hear who comes and goes. */
  public ClusterNode.Listener nodes() {
    return listener;
  }

  /** What happens every 100 ms. */
  void tick() {
    keeper.tick();
  }

  private void run(Runnable task) {
    Context home = context;
    if (home != null && home == Vertx.currentContext()) {
      task.run();
    } else if (home != null) {
      home.runOnContext(any -> task.run());
    }
  }

  /** What comes over the bus is a hint, whoever sent it. */
  private void received(Message<Object> message) {
    try {
      if (message.body() instanceof Buffer body) {
        JsonObject hint = body.toJsonObject();
        String key = hint.getString(SharedLeases.KEY);
        if (!place.node().id().equals(hint.getString(SharedLeases.MEMBER))) {
          keeper.asked(key);
        }
      }
    } catch (DecodeException | ClassCastException e) {
      LOG.debug("no hint at {}", SharedLeases.CHANGED, e);
    }
  }

  private final class Listener implements ClusterNode.Listener {
    @Override
    public void joined(String node) {
      tell(() -> keeper.joined());
    }

    @Override
    public void left(String node) {
      tell(() -> keeper.left(node));
    }

    @Override
    public void merged() {
      tell(() -> keeper.merged());
    }

    private void tell(Runnable what) {
      run(
          () -> {
            if (keeper != null) {
              what.run();
            }
          });
    }
  }
}
