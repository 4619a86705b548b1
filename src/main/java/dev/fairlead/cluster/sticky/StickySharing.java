package dev.fairlead.cluster.sticky;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.sticky.StickyTable;
import dev.fairlead.pool.sticky.StickyTable.KeptNews;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the other members, once a second, which sources keep which backends: of each pool what is
 * new or renewed, at most {@link #MESSAGES} of {@link #MESSAGE_SOURCES} sources; what is more waits
 * for the next second. Best effort: what is lost is a loss of stickiness until the next renewal.
 *
 * <p>A member that has just begun asks for all there is; of those that it may hear, the one of the
 * least id tells it, and all others, at the same pace. So does every member after a merge. Members
 * of an older release hear nothing of it. Does nothing, and has no timer, while no pool has
 * stickiness.
 *
 * <p>On the Vert.x context on which {@link #start} is called, but for {@link #changed} and the
 * changes of nodes, which are for any thread.
 */
public final class StickySharing implements ClusterNode.NodeChanges {
  static final String ADDRESS = "fairlead.stickiness";

  /** Some 50 KB. Raising it delays other messages of the connection more. */
  static final int MESSAGE_SOURCES = 1_000;

  /** Of a pool in a second. Raising it fills a new member sooner, and costs all of them more. */
  static final int MESSAGES = 10;

  private static final int PERIOD_MILLIS = 1_000;

  /** Every so many seconds what is over is forgotten, which reads all that is kept. */
  private static final int TIDY_SECONDS = 10;

  private final RowContext context;
  private final Supplier<List<Pool>> pools;

  /** Who has told or asked something, as far as they are still there. */
  private final Set<String> heard = new HashSet<>();

  private volatile @Nullable Context home;
  private @Nullable MessageConsumer<Object> consumer;
  private long timer;
  private long seconds;

  public StickySharing(RowContext context, Supplier<List<Pool>> pools) {
    this.context = context;
    this.pools = pools;
  }

  public Future<Void> start() {
    home = context.node().vertx().getOrCreateContext();
    return follow();
  }

  public Future<Void> stop() {
    home = null;
    return silence();
  }

  /** To be called after a change of configuration. */
  public void changed() {
    run(
        any -> {
          follow();
          forEachTable((pool, table) -> table.tidy());
        });
  }

  private void run(Consumer<Void> task) {
    Context started = home;
    if (started != null && started == Vertx.currentContext()) {
      task.accept(null);
    } else if (started != null) {
      started.runOnContext(task::accept);
    }
  }

  private Future<Void> follow() {
    boolean isNeeded = home != null && pools.get().stream().anyMatch(pool -> pool.sticky() != null);
    if (isNeeded == (consumer != null)) {
      return Future.succeededFuture();
    }
    if (!isNeeded) {
      return silence();
    }
    Vertx vertx = context.node().vertx();
    MessageConsumer<Object> registered = vertx.eventBus().consumer(ADDRESS, this::received);
    consumer = registered;
    timer = vertx.setPeriodic(PERIOD_MILLIS, any -> second());
    return registered.completion().onSuccess(done -> ask());
  }

  private Future<Void> silence() {
    MessageConsumer<Object> registered = consumer;
    if (registered == null) {
      return Future.succeededFuture();
    }
    consumer = null;
    context.node().vertx().cancelTimer(timer);
    return registered.unregister();
  }

  private void ask() {
    publish(StickyMessage.question(context.node().id()));
  }

  private void second() {
    seconds++;
    forEachTable(
        (pool, table) -> {
          tell(pool, table);
          if (seconds % TIDY_SECONDS == 0) {
            table.tidy();
          }
        });
  }

  private void tell(String pool, StickyTable table) {
    for (int i = 0; i < MESSAGES; i++) {
      List<KeptNews> news = table.takeNews(MESSAGE_SOURCES);
      if (news.isEmpty()) {
        return;
      }
      publish(new StickyMessage(context.node().id(), pool, news));
    }
  }

  private void publish(StickyMessage message) {
    context.publish(ADDRESS, message::encode);
  }

  private void received(Message<Object> message) {
    StickyMessage.parse(message.body()).ifPresent(this::received);
  }

  private void received(StickyMessage message) {
    Set<String> nodes = Set.copyOf(context.node().nodes());
    if (message.member().equals(context.node().id()) || !nodes.contains(message.member())) {
      return;
    }
    heard.retainAll(nodes);
    if (message.pool() == null) {
      answer(message.member());
    } else {
      forEachTable(
          (pool, table) -> {
            if (pool.equals(message.pool())) {
              message.kept().forEach(table::learn);
            }
          });
    }
    heard.add(message.member());
  }

  /**
   * If two members answer, because they have not heard each other yet, it is only twice as long.
   */
  private void answer(String asker) {
    String self = context.node().id();
    boolean isFirst =
        heard.stream().allMatch(peer -> peer.equals(asker) || self.compareTo(peer) < 0);
    if (isFirst) {
      forEachTable((pool, table) -> table.tellAll());
    }
  }

  private interface TableTask {
    void accept(String pool, StickyTable table);
  }

  private void forEachTable(TableTask task) {
    for (Pool pool : pools.get()) {
      StickyTable table = pool.sticky();
      if (table != null) {
        task.accept(pool.name(), table);
      }
    }
  }

  /** It asks when it can hear the answer. */
  @Override
  public void joined(String node) {}

  @Override
  public void left(String node) {
    run(any -> heard.remove(node));
  }

  @Override
  public void merged() {
    run(any -> forEachTable((pool, table) -> table.tellAll()));
  }
}
