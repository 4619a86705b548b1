package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.Objects;
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
public final class Leases {
  private static final long NO_TIMER = -1;

  private final RowContext context;
  private final Supplier<List<Leased>> leased;

  /** The Vert.x context of the leases; null before the start. */
  private volatile @Nullable Context home;

  private Future<Void> opened = Future.failedFuture("not started");

  /** Null until it is open. */
  private @Nullable LeaseKeeper keeper;

  private @Nullable MessageConsumer<Object> consumer;
  private long timer = NO_TIMER;

  /**
   * Leases nothing before its start.
   *
   * @param leased supplies what is leased; called every 100 ms, must return at once
   */
  public Leases(RowContext context, Supplier<List<Leased>> leased) {
    this.context = context;
    this.leased = leased;
  }

  /** Succeeds when the map is open; the first permits come a little later. */
  public Future<Void> start() {
    return open()
        .onSuccess(
            done -> {
              Vertx vertx = context.node().vertx();
              timer = vertx.setPeriodic(LeaseKeeper.TICK_MILLIS, any -> tick());
              tick();
            });
  }

  /** {@link #start} without timers. */
  Future<Void> open() {
    Vertx vertx = context.node().vertx();
    home = vertx.getOrCreateContext();
    opened =
        ReplicatedTable.openMap(vertx, SharedLeases.MAP)
            .compose(
                map -> {
                  SharedLeases shared = new SharedLeases(context, map);
                  keeper = new LeaseKeeper(shared, leased);
                  consumer =
                      vertx
                          .eventBus()
                          .consumer(SharedLeases.CHANGED, message -> received(shared, message));
                  return consumer.completion();
                });
    return opened;
  }

  /** Allows nothing more here and gives all permits back. Never fails. */
  public Future<Void> stop() {
    if (home == null) {
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
    context.node().vertx().cancelTimer(timer);
    return keeper
        .stop()
        .compose(done -> Objects.requireNonNull(consumer).unregister())
        .transform(done -> Future.succeededFuture());
  }

  /** Clients wait for more of {@code some}: refreshes it at once, but at most every 20 ms. */
  public void needed(Leased some) {
    runOpen(opened -> opened.needed(some));
  }

  /** To be told of nodes that join and leave. */
  public ClusterNode.NodeChanges nodes() {
    return new LeaseNodes();
  }

  /** The work of every 100 ms. */
  void tick() {
    runOpen(LeaseKeeper::tick);
  }

  private void received(SharedLeases shared, Message<Object> message) {
    shared.requestedKey(message.body()).ifPresent(key -> runOpen(opened -> opened.requested(key)));
  }

  /** Runs {@code task} on the context of the leases; before the map is open, not at all. */
  private void runOpen(Consumer<LeaseKeeper> task) {
    run(
        () -> {
          if (keeper != null) {
            task.accept(keeper);
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

  private final class LeaseNodes implements ClusterNode.NodeChanges {
    @Override
    public void joined(String node) {
      runOpen(LeaseKeeper::joined);
    }

    @Override
    public void left(String node) {
      runOpen(opened -> opened.left(node));
    }

    @Override
    public void merged() {
      runOpen(LeaseKeeper::merged);
    }
  }
}
