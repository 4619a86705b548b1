package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.PeerRows.RowListener;
import dev.fairlead.cluster.rows.RowMessage.WholeRow;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A table of one row per member, which only its owner writes; every member has a copy of all rows.
 *
 * <p>As in memberlist (gossip and push/pull), {@link #tick} publishes what changed in the own row,
 * best effort, so that peers see it within an interval; {@link #second} publishes the whole own row
 * (anti-entropy), which repairs lost changes and forged ones. Without ticks peers see changes late;
 * without seconds a lost change lasts, and peers drop the row.
 *
 * <p>A shared map has the whole rows too, for new members and for members that messages do not
 * reach: each second a member reads there the rows of the peers it does not hear, and names these
 * peers in its own message. A member writes its row when it has changed, every second while a peer
 * may depend on it, else after {@link RowStore#REWRITE}. So an idle table costs one message a
 * second to each peer, and the map nothing.
 *
 * <p>Belongs to the Vert.x context on which {@link #start} is called: the own row and the listener
 * are called there. The methods of {@link ClusterNode.NodeChanges}, {@link #stop}, {@link #run} and
 * {@link #ageSeconds} and {@link #peersInUse} may be called from any thread.
 */
public final class ReplicatedTable implements ClusterNode.NodeChanges {
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
  private boolean stopped;

  /** Ids of the nodes at the last update; a message of any other node is ignored. */
  private Set<String> nodes = Set.of();

  /** Numbers everything that leaves this member, by message or map. */
  private long seq;

  /** The row that the map has by the last write that succeeded, and when; null = none. */
  private @Nullable JsonObject written;

  private long writtenAt;

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
    return open().onSuccess(done -> startTimer(Objects.requireNonNull(home)));
  }

  /** {@link #start} without the timer. */
  public Future<Void> open() {
    Vertx vertx = node.vertx();
    home = vertx.getOrCreateContext();
    opened =
        openMap(vertx, table.map())
            .compose(
                map -> {
                  store = new RowStore(map, context.outage());
                  consumer = vertx.eventBus().consumer(table.address(), this::received);
                  return consumer.completion();
                })
            .compose(done -> synchronise(true, this::publish))
            .onSuccess(done -> publish(whole(new JsonObject(), own.whole())));
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
    Future<Void> silent = context.timer().remove(this);
    MessageConsumer<Object> registered = consumer;
    return store()
        .remove(node.id())
        .compose(
            removed -> {
              // The row must be out of the map first: peers check the map before they drop it.
              Future<Void> unregistered = registered.unregister();
              publish(message(null, null));
              return Future.join(unregistered, silent).mapEmpty();
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

  /** How many peers have a row that is in use. */
  public int peersInUse() {
    return peers.countInUse();
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
    runIfOpen(() -> second(true, this::publish));
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

  private void startTimer(Context here) {
    if (!stopped) {
      context.timer().add(this, here);
    }
  }

  /**
   * The work of each interval: publishes changes and expires peers' rows. Returns whether the next
   * interval must not be longer: there were changes, or a peer's row may expire.
   */
  public boolean tick() {
    JsonObject changes = own.changes();
    if (!changes.isEmpty()) {
      publish(message(changes, null));
    }
    return rest() || !changes.isEmpty();
  }

  /** {@link #tick} while nothing happens: what changed in the own row waits for the second. */
  boolean rest() {
    peers.expire();
    return peers.isLate();
  }

  /** The work of each second, anti-entropy. Returns what {@link #tick} does. */
  public boolean second() {
    return second(false, this::publish);
  }

  /** {@link #second} of a member with several tables, whose messages {@code batch} gets. */
  boolean second(RowBatch batch) {
    return second(false, message -> batch.add(table.address(), message));
  }

  private boolean second(boolean all, Consumer<RowMessage> out) {
    JsonObject changes = own.changes();
    synchronise(all, out, changes);
    peers.expire();
    listener.second();
    return !changes.isEmpty() || peers.isLate();
  }

  private Future<Void> synchronise(boolean all, Consumer<RowMessage> out) {
    return synchronise(all, out, own.changes());
  }

  /**
   * Publishes the own row; writes it and reads the others' where messages may not do, or all of
   * them. Never fails.
   */
  private Future<Void> synchronise(boolean all, Consumer<RowMessage> out, JsonObject changes) {
    updateNodes();
    JsonObject row = own.whole();
    out.accept(whole(changes, row));
    Future<Void> put = all || isWriteDue(row) ? write(row) : Future.succeededFuture();
    List<Future<Void>> read =
        nodes.stream().filter(peer -> all || !peers.isHeard(peer)).map(this::read).toList();
    return Future.join(Future.join(read), put).transform(done -> Future.succeededFuture());
  }

  private boolean isWriteDue(JsonObject row) {
    long age = context.monotonic().getAsLong() - writtenAt;
    return !row.equals(written) || age >= RowStore.REWRITE.toNanos() || peers.isMapNeeded();
  }

  /** With the number of the message that has just taken the row to the peers: it is the same. */
  private Future<Void> write(JsonObject row) {
    if (store().isWriting()) {
      return store().put(node.id(), new StoredRow(seq, row));
    }
    long now = context.monotonic().getAsLong();
    written = null;
    return store()
        .put(node.id(), new StoredRow(seq, row))
        .onSuccess(
            done -> {
              written = row;
              writtenAt = now;
            });
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
      peers.stored(member, row.seq(), row.fields());
    }
  }

  /** A removal can be forged like any message; the row is removed if the map does not have it. */
  private void checkRemoved(String member) {
    store()
        .getAnew(member)
        .onSuccess(
            row -> row.ifPresentOrElse(it -> apply(member, it), () -> peers.removed(member)));
  }

  private RowMessage whole(JsonObject changes, JsonObject row) {
    return message(changes, new WholeRow(row, peers.unheard()));
  }

  private RowMessage message(@Nullable JsonObject changes, @Nullable WholeRow row) {
    return new RowMessage(node.id(), ++seq, changes, row);
  }

  private void publish(RowMessage message) {
    context.publish(table.address(), message::encode);
  }

  /** For all tables of the member. */
  void publish(RowBatch batch) {
    context.publish(RowBatch.ADDRESS, batch::encode);
  }

  String address() {
    return table.address();
  }

  private void received(Message<Object> message) {
    RowMessage.parse(message.body()).ifPresent(this::received);
  }

  void received(RowMessage row) {
    if (!stopped && !row.member().equals(node.id()) && nodes.contains(row.member())) {
      apply(row);
    }
  }

  private void apply(RowMessage row) {
    if (row.changes() == null) {
      checkRemoved(row.member());
    } else if (isToBeRead(row, row.changes())) {
      read(row.member());
    }
  }

  private boolean isToBeRead(RowMessage row, JsonObject changes) {
    WholeRow whole = row.whole();
    return whole == null
        ? peers.changes(row.member(), row.seq(), changes)
        : peers.heard(row.member(), row.seq(), whole.fields(), whole.missing().contains(node.id()));
  }

  private RowStore store() {
    return Objects.requireNonNull(store, "open");
  }
}
