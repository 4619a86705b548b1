package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.PeerRows.RowListener;
import dev.fairlead.cluster.rows.RowStore.StoredRow;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table of one row per member, which only its owner writes; every member has a copy of all rows.
 *
 * <p>Two paths, as in memberlist (gossip and push/pull): {@link #tick} publishes what changed in
 * the own row, best effort, so that peers see it within an interval; {@link #second} writes the
 * whole own row to a shared map and reads all others (anti-entropy), which repairs lost changes.
 * Without ticks peers see changes late and drop the row; without seconds a lost change lasts, and
 * the map drops the row of this member after {@link RowStore#TIME_TO_LIVE}.
 *
 * <p>Belongs to the Vert.x context on which {@link #start} is called: the own row and the listener
 * are called there. The methods of {@link ClusterNode.NodeChanges}, {@link #stop}, {@link #run} and
 * {@link #ageSeconds} may be called from any thread.
 */
public final class ReplicatedTable implements ClusterNode.NodeChanges {
  /**
   * Period of anti-entropy, and the silence after which an empty change is sent as a heartbeat.
   * Raising it repairs lost changes later, and peers drop a row after 3 s; lowering it costs each
   * of n members one write and n - 1 reads of the map more often.
   */
  private static final Duration ANTI_ENTROPY = Duration.ofSeconds(1);

  /** Raising it makes all counts staler; lowering it sends more messages while they change. */
  private static final int MIN_INTERVAL_MILLIS = 50;

  /** Limits what a member receives to 200 changes a second of each table; trades the same. */
  private static final int INTERVAL_MILLIS_PER_NODE = 5;

  private static final long NO_TIMER = -1;

  private final RowContext context;
  private final ClusterNode node;
  private final Table table;
  private final OwnRow own;
  private final RowListener listener;
  private final PeerRows peers;

  /** The Vert.x context of this table; null before the start. */
  private volatile @Nullable Context home;

  private Future<Void> opened = Future.failedFuture("not started");

  /** Null until the map is open; messages arrive only after that. */
  private @Nullable RowStore store;

  private @Nullable MessageConsumer<Object> consumer;
  private long tickTimer = NO_TIMER;
  private long secondTimer = NO_TIMER;
  private boolean stopped;

  /** Ids of the nodes at the last update; a message of any other node is ignored. */
  private Set<String> nodes = Set.of();

  /** Numbers everything that leaves this member, by message or map. */
  private long seq;

  private long publishedAt;

  /** Map of whole rows, address of changes, age of rows to drop; null = only of departed nodes. */
  public record Table(String map, String address, @Nullable Duration dropAfter) {}

  public ReplicatedTable(RowContext context, Table table, OwnRow own, RowListener listener) {
    this.context = context;
    this.node = context.node();
    this.table = table;
    this.own = own;
    this.listener = listener;
    this.peers = new PeerRows(context.runningTime(), table.dropAfter(), listener);
  }

  /** Succeeds when the own row was written and all others were read, as far as possible. */
  public Future<Void> start() {
    return open().onSuccess(done -> startTimers());
  }

  /** {@link #start} without timers. */
  public Future<Void> open() {
    Vertx vertx = node.vertx();
    home = vertx.getOrCreateContext();
    publishedAt = context.monotonic().getAsLong();
    opened =
        openMap(vertx, table.map())
            .compose(
                map -> {
                  store = new RowStore(map, context.outage());
                  consumer = vertx.eventBus().consumer(table.address(), this::received);
                  return consumer.completion();
                })
            .compose(done -> synchronise())
            .onSuccess(done -> publishChanges(new JsonObject()));
    return opened;
  }

  /** Opens a shared map on a worker: Hazelcast blocks when a map is first asked for. */
  public static Future<AsyncMap<String, String>> openMap(Vertx vertx, String name) {
    return vertx
        .executeBlocking(() -> vertx.sharedData().<String, String>getAsyncMap(name), false)
        .compose(map -> map);
  }

  /** Removes the own row, so that peers drop it at once instead of after 3 s. Never fails. */
  public Future<Void> stop() {
    if (home == null) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    run(() -> opened.transform(done -> close(done.succeeded())).onComplete(promise));
    return promise.future();
  }

  private Future<Void> close(boolean wasOpen) {
    if (stopped || !wasOpen || consumer == null) {
      return Future.succeededFuture();
    }
    stopped = true;
    node.vertx().cancelTimer(tickTimer);
    node.vertx().cancelTimer(secondTimer);
    MessageConsumer<Object> registered = consumer;
    return store()
        .remove(node.id())
        .compose(
            removed -> {
              // The row must be out of the map first: peers check the map before they drop it.
              Future<Void> unregistered = registered.unregister();
              publish(null);
              return unregistered;
            })
        .transform(done -> Future.succeededFuture());
  }

  /** Runs {@code task} on the context of this table; does nothing before the start. */
  public void run(Runnable task) {
    Context started = home;
    if (started != null && started == Vertx.currentContext()) {
      task.run();
    } else if (started != null) {
      started.runOnContext(any -> task.run());
    }
  }

  /** Seconds since the oldest peer row in use was renewed; 0 without one. */
  public double ageSeconds() {
    return peers.ageSeconds();
  }

  /** A new node may have no row yet; then its first message leads to another read. */
  @Override
  public void joined(String member) {
    runIfOpen(() -> read(member));
  }

  @Override
  public void left(String member) {
    runIfOpen(() -> peers.left(member));
  }

  @Override
  public void merged() {
    runIfOpen(this::second);
  }

  private void runIfOpen(Runnable task) {
    run(
        () -> {
          if (opened.succeeded() && !stopped) {
            updateNodes();
            task.run();
          }
        });
  }

  private void startTimers() {
    if (!stopped) {
      secondTimer = node.vertx().setPeriodic(ANTI_ENTROPY.toMillis(), any -> second());
      armTick();
    }
  }

  private void armTick() {
    int interval = Math.max(MIN_INTERVAL_MILLIS, INTERVAL_MILLIS_PER_NODE * nodes.size());
    tickTimer =
        node.vertx()
            .setTimer(
                interval,
                any -> {
                  armTick();
                  tick();
                });
  }

  /** The work of each interval: publishes changes or a heartbeat, and expires peers' rows. */
  public void tick() {
    JsonObject changes = own.changes();
    long silence = context.monotonic().getAsLong() - publishedAt;
    if (!changes.isEmpty() || silence >= ANTI_ENTROPY.toNanos()) {
      publishChanges(changes);
    }
    peers.expire();
  }

  /** The work of each second: anti-entropy. */
  public void second() {
    synchronise();
    peers.expire();
    listener.second();
  }

  /** Writes the own row and reads all others. Never fails. */
  private Future<Void> synchronise() {
    JsonObject changes = own.changes();
    if (!changes.isEmpty()) {
      publishChanges(changes);
    }
    Future<Void> written = store().put(node.id(), new StoredRow(++seq, own.whole()));
    updateNodes();
    List<Future<Void>> read = nodes.stream().map(this::read).toList();
    return Future.join(Future.join(read), written).transform(done -> Future.succeededFuture());
  }

  private void updateNodes() {
    nodes = Set.copyOf(node.nodes());
    peers.retain(nodes);
  }

  private Future<Void> read(String member) {
    if (member.equals(node.id())) {
      return Future.succeededFuture();
    }
    return store().get(member).onSuccess(row -> row.ifPresent(it -> apply(member, it))).mapEmpty();
  }

  /** The member may have left while its row was read. */
  private void apply(String member, StoredRow row) {
    if (!stopped && nodes.contains(member)) {
      peers.whole(member, row.seq(), row.fields());
    }
  }

  /** A removal can be forged like any message; the row is removed if the map does not have it. */
  private void checkRemoved(String member) {
    store()
        .getAnew(member)
        .onSuccess(
            row -> row.ifPresentOrElse(it -> apply(member, it), () -> peers.removed(member)));
  }

  private void publishChanges(JsonObject changes) {
    publishedAt = context.monotonic().getAsLong();
    publish(changes);
  }

  private void publish(@Nullable JsonObject changes) {
    context.publish(table.address(), new RowMessage(node.id(), ++seq, changes).encode());
  }

  private void received(Message<Object> message) {
    RowMessage.parse(message.body())
        .filter(row -> !stopped && !row.member().equals(node.id()) && nodes.contains(row.member()))
        .ifPresent(this::apply);
  }

  private void apply(RowMessage row) {
    if (row.changes() == null) {
      checkRemoved(row.member());
    } else if (peers.changes(row.member(), row.seq(), row.changes())) {
      read(row.member());
    }
  }

  private RowStore store() {
    return Objects.requireNonNull(store, "open");
  }
}
