package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A table in which each member owns one row. The bus carries what changed and is a hint; a shared
 * map holds the whole rows and is the truth, rewritten and read every second.
 *
 * <p>Belongs to the Vert.x context on which {@link #start} is called: the own row and the listener
 * are called there. The methods of {@link ClusterNode.Listener}, {@link #stop}, {@link #run} and
 * {@link #ageSeconds} may be called from any thread.
 */
public final class ReplicatedTable implements ClusterNode.Listener {
  private static final long SECOND_MILLIS = 1_000;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MIN_INTERVAL_MILLIS = 50;
  private static final int INTERVAL_MILLIS_A_NODE = 5;
  private static final long NO_TIMER = -1;

  private final ClusterNode node;
  private final RowContext place;
  private final Table table;
  private final OwnRow own;
  private final RowListener listener;
  private final PeerRows others;

  private volatile Context context;
  private Future<Void> opened = Future.failedFuture("not started");
  private RowStore store;
  private MessageConsumer<Object> consumer;
  private long tickTimer = NO_TIMER;
  private long secondTimer = NO_TIMER;
  private boolean stopped;

  /** Who was there when it was last looked; only nodes have rows. */
  private Set<String> nodes = Set.of();

  /** Of the last thing that went out, by bus or map. */
  private long seq;

  /** When something last went out on the bus. */
  private long saidAt;

  /**
   * Where a table is.
   *
   * @param map holds the whole rows by member id, as strings of JSON
   * @param address of the changes, on the event bus
   * @param dropAfter rows not renewed for this long are dropped, null = those of nodes that left
   */
  public record Table(String map, String address, Duration dropAfter) {}

  public ReplicatedTable(RowContext place, Table table, OwnRow own, RowListener listener) {
    this.node = place.node();
    this.place = place;
    this.table = table;
    this.own = own;
    this.listener = listener;
    this.others = new PeerRows(place.nanos(), table.dropAfter(), listener);
  }

  /** Succeeds when the own row is stored and all others are read, as far as that is possible. */
  public Future<Void> start() {
    return open().onSuccess(done -> startTimers());
  }

  /** {@link #start} without timers. */
  public Future<Void> open() {
    Vertx vertx = node.vertx();
    context = vertx.getOrCreateContext();
    saidAt = place.nanos().getAsLong();
    opened =
        openMap(vertx, table.map())
            .compose(
                map -> {
                  store = new RowStore(map);
                  consumer = vertx.eventBus().consumer(table.address(), this::received);
                  return consumer.completion();
                })
            .compose(done -> exchange())
            .onSuccess(done -> say(new JsonObject()));
    return opened;
  }

  /** Off the event loop, because Hazelcast blocks when a map is first asked for. */
  public static Future<AsyncMap<String, String>> openMap(Vertx vertx, String name) {
    return vertx
        .executeBlocking(() -> vertx.sharedData().<String, String>getAsyncMap(name), false)
        .compose(map -> map);
  }

  /** Takes the own row away, so that the others drop it at once. Never fails. */
  public Future<Void> stop() {
    if (context == null) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    run(() -> opened.transform(done -> close(done.succeeded())).onComplete(promise));
    return promise.future();
  }

  private Future<Void> close(boolean wasOpen) {
    if (stopped || !wasOpen) {
      return Future.succeededFuture();
    }
    stopped = true;
    node.vertx().cancelTimer(tickTimer);
    node.vertx().cancelTimer(secondTimer);
    return store
        .remove(node.id())
        .compose(
            removed -> {
              // Whoever hears it looks into the map.
              Future<Void> unregistered = consumer.unregister();
              publish(null);
              return unregistered;
            })
        .transform(done -> Future.succeededFuture());
  }

  /** Runs {@code task} on the context of this table; before the start, not at all. */
  public void run(Runnable task) {
    Context home = context;
    if (home != null && home == Vertx.currentContext()) {
      task.run();
    } else if (home != null) {
      home.runOnContext(any -> task.run());
    }
  }

  /** How old the oldest row in use is, 0 without one. */
  public double ageSeconds() {
    return others.ageSeconds();
  }

  /** A newcomer has no row yet, as a rule; its first message makes us read it. */
  @Override
  public void joined(String member) {
    run(
        () -> {
          if (running()) {
            look();
            read(member);
          }
        });
  }

  @Override
  public void left(String member) {
    run(
        () -> {
          if (running()) {
            look();
            others.left(member);
          }
        });
  }

  @Override
  public void merged() {
    run(
        () -> {
          if (running()) {
            second();
          }
        });
  }

  private boolean running() {
    return opened.succeeded() && !stopped;
  }

  private void startTimers() {
    if (!stopped) {
      secondTimer = node.vertx().setPeriodic(SECOND_MILLIS, any -> second());
      armTick();
    }
  }

  private void armTick() {
    int interval = Math.max(MIN_INTERVAL_MILLIS, INTERVAL_MILLIS_A_NODE * nodes.size());
    tickTimer =
        node.vertx()
            .setTimer(
                interval,
                any -> {
                  armTick();
                  tick();
                });
  }

  /** What happens every interval: says what changed, or that we are still there. */
  public void tick() {
    JsonObject changes = own.changes();
    if (!changes.isEmpty() || place.nanos().getAsLong() - saidAt >= SECOND_NANOS) {
      say(changes);
    }
    others.expire();
  }

  /** What happens every second. */
  public void second() {
    exchange();
    others.expire();
    listener.second();
  }

  /** Stores the own row and reads all others. */
  private Future<Void> exchange() {
    JsonObject changes = own.changes();
    if (!changes.isEmpty()) {
      say(changes);
    }
    Future<Void> written = store.put(node.id(), new RowStore.Stored(++seq, own.whole()));
    look();
    List<Future<Void>> read = nodes.stream().map(this::read).toList();
    return Future.join(Future.join(read), written).transform(done -> Future.succeededFuture());
  }

  /** Only nodes that are there have rows. */
  private void look() {
    nodes = Set.copyOf(node.nodes());
    others.retain(nodes);
  }

  private Future<Void> read(String member) {
    if (member.equals(node.id())) {
      return Future.succeededFuture();
    }
    return store.get(member).onSuccess(row -> row.ifPresent(it -> take(member, it))).mapEmpty();
  }

  /** Who left while its row was read has no row. */
  private void take(String member, RowStore.Stored row) {
    if (!stopped && nodes.contains(member)) {
      others.whole(member, row.seq(), row.fields());
    }
  }

  /** Anybody can say on the bus that a row is gone: it is when the map does not have it. */
  private void checkGone(String member) {
    store
        .getAnew(member)
        .onSuccess(
            row -> row.ifPresentOrElse(it -> take(member, it), () -> others.goodbye(member)));
  }

  private void say(JsonObject changes) {
    saidAt = place.nanos().getAsLong();
    publish(changes);
  }

  /** Alone there is nobody to tell, and the map has it. */
  private void publish(JsonObject changes) {
    Buffer body = new RowMessage(node.id(), ++seq, changes).encode();
    int copies = nodes.size() - 1;
    if (copies > 0) {
      BestEffortPublisher.publish(node.vertx(), table.address(), body);
      place.traffic().published(copies, body.length());
    }
  }

  private void received(Message<Object> message) {
    RowMessage row = RowMessage.parse(message.body());
    if (row == null || stopped || row.member().equals(node.id()) || !nodes.contains(row.member())) {
      return;
    }
    if (row.changes() == null) {
      checkGone(row.member());
    } else if (others.changes(row.member(), row.seq(), row.changes())) {
      read(row.member());
    }
  }
}
