package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of all tables of a member: calls {@link ReplicatedTable#tick} every interval and
 * {@link ReplicatedTable#second} every second, whose messages it sends as one {@link RowBatch}. It
 * is slow while nothing happens: no session, no change of an own row for a second, and no peer that
 * is late with its row. What changes a row then has to call {@link #wake}, or its change is
 * published with the next second.
 *
 * <p>{@link #wake} is for any thread, the rest is on the cluster's context.
 */
public final class TableTimer {
  /** Raising it makes all counts staler; lowering it sends more messages while they change. */
  private static final int MIN_INTERVAL_MILLIS = 50;

  /** Limits what a member receives to 200 changes a second of each table; trades the same. */
  private static final int INTERVAL_MILLIS_PER_NODE = 5;

  /**
   * The interval while nothing happens. Raising it notices a late peer later, and stops {@link
   * RowContext#runningTime} where the machine is slow; lowering it wakes the process more.
   */
  static final int IDLE_MILLIS = 500;

  /** Time without a change before the timer is slow; lowering it wakes it more often under load. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * Period of anti-entropy. Raising it repairs lost changes later, and peers drop a row after 3 s;
   * lowering it sends the rows more often.
   */
  static final Duration ANTI_ENTROPY = Duration.ofSeconds(1);

  private final ClusterNode node;
  private final BooleanSupplier busy;
  private final LongSupplier nanos;
  private final List<ReplicatedTable> tables = new ArrayList<>();
  private volatile @Nullable Context home;
  private volatile boolean idle;
  private @Nullable MessageConsumer<Object> batches;
  private long timer;
  private long changedAt;
  private long nextSecond;

  /** Never slow while {@code busy}, which is asked every interval. */
  TableTimer(ClusterNode node, BooleanSupplier busy, LongSupplier nanos) {
    this.node = node;
    this.busy = busy;
    this.nanos = nanos;
  }

  /** An own row has changed, or may change any moment. Costs nothing while the timer is fast. */
  public void wake() {
    Context context = home;
    if (idle && context != null) {
      idle = false;
      context.runOnContext(turn -> fireNow());
    }
  }

  /** Whether the interval is that of a member where nothing happens. Any thread. */
  boolean isIdle() {
    return idle;
  }

  /** All tables are on {@code context}, where this is called. */
  void add(ReplicatedTable table, Context context) {
    tables.add(table);
    if (tables.size() == 1) {
      home = context;
      changedAt = nanos.getAsLong();
      nextSecond = changedAt + ANTI_ENTROPY.toNanos();
      batches = node.vertx().eventBus().consumer(RowBatch.ADDRESS, this::received);
      arm();
    }
  }

  /** The last one succeeds when this member receives no more. */
  Future<Void> remove(ReplicatedTable table) {
    MessageConsumer<Object> registered = batches;
    if (!tables.remove(table) || !tables.isEmpty() || registered == null) {
      return Future.succeededFuture();
    }
    node.vertx().cancelTimer(timer);
    return registered.unregister();
  }

  private void received(Message<Object> batch) {
    Map<String, RowMessage> messages = RowBatch.parse(batch.body());
    for (ReplicatedTable table : List.copyOf(tables)) {
      RowMessage message = messages.get(table.address());
      if (message != null) {
        table.received(message);
      }
    }
  }

  private void fireNow() {
    if (!tables.isEmpty()) {
      node.vertx().cancelTimer(timer);
      changedAt = nanos.getAsLong();
      fire();
    }
  }

  private void fire() {
    try {
      long now = nanos.getAsLong();
      boolean isBusy = busy.getAsBoolean();
      boolean active = now - nextSecond >= 0 ? second(now) : tick(idle && !isBusy);
      if (isBusy || active) {
        changedAt = now;
      }
    } finally {
      arm();
    }
  }

  private boolean tick(boolean rests) {
    boolean active = false;
    for (ReplicatedTable table : List.copyOf(tables)) {
      active |= rests ? table.rest() : table.tick();
    }
    return active;
  }

  private boolean second(long now) {
    boolean isLate = now - nextSecond > ANTI_ENTROPY.toNanos();
    nextSecond = (isLate ? now : nextSecond) + ANTI_ENTROPY.toNanos();
    RowBatch batch = new RowBatch();
    boolean active = false;
    for (ReplicatedTable table : List.copyOf(tables)) {
      active |= table.second(batch);
    }
    tables.stream().findFirst().ifPresent(any -> any.publish(batch));
    return active;
  }

  private void arm() {
    if (tables.isEmpty()) {
      return;
    }
    long now = nanos.getAsLong();
    idle = now - changedAt >= QUIET_NANOS;
    timer = node.vertx().setTimer(idle ? idleMillis(now) : interval(), any -> fire());
  }

  /** Not past the second, which would be late then. */
  private long idleMillis(long now) {
    long millis = TimeUnit.NANOSECONDS.toMillis(nextSecond - now) + 1;
    return Math.max(1, Math.min(IDLE_MILLIS, millis));
  }

  private int interval() {
    return Math.max(MIN_INTERVAL_MILLIS, INTERVAL_MILLIS_PER_NODE * node.nodes().size());
  }
}
