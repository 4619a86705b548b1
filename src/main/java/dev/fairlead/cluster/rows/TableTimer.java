package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of all tables of a member: calls {@link ReplicatedTable#tick} every interval and
 * {@link ReplicatedTable#second} every second. It is slow while nothing happens: no session, no
 * change of an own row for a second, and no peer that is late with its row. What changes a row then
 * has to call {@link #wake}, or its change is published a quarter of a second later.
 *
 * <p>{@link #wake} is for any thread, the rest is on the cluster's context.
 */
public final class TableTimer {
  /** Raising it makes all counts staler; lowering it sends more messages while they change. */
  private static final int MIN_INTERVAL_MILLIS = 50;

  /** Limits what a member receives to 200 changes a second of each table; trades the same. */
  private static final int INTERVAL_MILLIS_PER_NODE = 5;

  /**
   * The interval while nothing happens. Raising it delays changes that wake nobody, and above a few
   * hundred milliseconds stops {@link RowContext#runningTime}; lowering it wakes the process more.
   */
  static final int IDLE_MILLIS = 250;

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
      arm();
    }
  }

  void remove(ReplicatedTable table) {
    tables.remove(table);
    if (tables.isEmpty()) {
      node.vertx().cancelTimer(timer);
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
      boolean active = busy.getAsBoolean();
      for (ReplicatedTable table : List.copyOf(tables)) {
        active |= table.tick();
      }
      long now = nanos.getAsLong();
      if (active) {
        changedAt = now;
      }
      if (now - nextSecond >= 0) {
        boolean isLate = now - nextSecond > ANTI_ENTROPY.toNanos();
        nextSecond = (isLate ? now : nextSecond) + ANTI_ENTROPY.toNanos();
        List.copyOf(tables).forEach(ReplicatedTable::second);
      }
    } finally {
      arm();
    }
  }

  private void arm() {
    if (tables.isEmpty()) {
      return;
    }
    idle = nanos.getAsLong() - changedAt >= QUIET_NANOS;
    timer = node.vertx().setTimer(idle ? IDLE_MILLIS : interval(), any -> fire());
  }

  private int interval() {
    return Math.max(MIN_INTERVAL_MILLIS, INTERVAL_MILLIS_PER_NODE * node.nodes().size());
  }
}
