package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import dev.fairlead.config.Plural;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of this member: follows what is leased, and decides which key is refreshed when.
 * On the cluster's context only.
 *
 * <p>{@link #tick} must be called every {@link #TICK_MILLIS}: it refreshes leases that are due,
 * checks all others in turn, each within a second, and frees the permits of departed members.
 * Without ticks permits are neither given back nor freed, and after a split rows stay lost.
 */
final class LeaseKeeper implements LeaseRefresh.RefreshOwner {
  /** Raising it grants and gives back later; lowering it accesses the map more while short. */
  static final long TICK_MILLIS = 100;

  private static final long TICKS_PER_SECOND = 1_000 / TICK_MILLIS;

  /** In one tick. Raising it reads more with very many keys; lowering it finds lost rows later. */
  private static final double MAX_CHECKS = 20;

  /** Raising it lets thousands of new limits time out in the map; lowering it takes up fewer. */
  private static final long MAX_PENDING = 200;

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  private final LeaseContext context;
  private final Supplier<List<Leased>> leased;
  private final LeaseReclaimer reclaimer;

  /** By key, in the order of their last checks. */
  private final Map<String, LeaseRefresh> refreshes = new LinkedHashMap<>();

  /** Checks due and not done, with fractions of one. */
  private double dueChecks;

  private final Set<String> freedKeys = new HashSet<>();
  private long freedPermits;
  private boolean hasFreedInTick;

  /** Limits the log to one line for each outage. */
  private boolean isFailing;

  /** Completes the stop; null before. */
  private @Nullable Promise<Void> stopped;

  LeaseKeeper(LeaseContext context, Supplier<List<Leased>> leased) {
    this.context = context;
    this.leased = leased;
    this.reclaimer = new LeaseReclaimer(context::monotonic, context.runningTime());
    reclaimer.observe(context.nodes());
  }

  void tick() {
    if (stopped != null) {
      return;
    }
    follow();
    refreshDue();
    check();
    logFreed();
  }

  /** Whether nothing is leased, and no departure is undecided: ticks have nothing to do. */
  boolean isIdle() {
    return refreshes.isEmpty() && freedPermits == 0 && reclaimer.isSettled();
  }

  void needed(Leased some) {
    if (stopped != null) {
      return;
    }
    if (!refreshes.containsKey(some.key())) {
      follow();
    }
    LeaseRefresh one = refreshes.get(some.key());
    if (one != null) {
      one.request();
    }
  }

  /** A peer asks for surplus of {@code key}. */
  void requested(String key) {
    LeaseRefresh one = refreshes.get(key);
    if (one != null && stopped == null && one.lease().requested()) {
      one.request();
    }
  }

  void joined() {
    reclaimer.observe(context.nodes());
  }

  void left(String node) {
    reclaimer.observe(context.nodes());
    reclaimer.left(node);
  }

  void merged() {
    reclaimer.observe(context.nodes());
    reclaimer.pauseGrants();
  }

  /** Gives all permits back. Never fails: the peers free what could not be given back. */
  Future<Void> stop() {
    if (stopped == null) {
      stopped = Promise.promise();
      List<LeaseRefresh> all = List.copyOf(refreshes.values());
      all.forEach(each -> each.lease().retire());
      all.stream().filter(each -> !each.isBusy()).forEach(LeaseRefresh::start);
      completeStop(stopped);
    }
    return stopped.future();
  }

  private void completeStop(Promise<Void> stop) {
    if (refreshes.isEmpty()) {
      stop.tryComplete();
    }
  }

  /** Leases what is new, and retires what is not leased any more. */
  private void follow() {
    Map<String, LeaseRefresh> gone = new LinkedHashMap<>(refreshes);
    for (Leased each : leased.get()) {
      if (each.limit() > 0) {
        gone.remove(each.key());
        refreshes.computeIfAbsent(each.key(), any -> added(each)).lease().follow(each);
      }
    }
    gone.values().forEach(each -> each.lease().retire());
  }

  private LeaseRefresh added(Leased one) {
    return new LeaseRefresh(new Lease(context, reclaimer, one), context, this);
  }

  private void refreshDue() {
    reclaimer.observe(context.nodes());
    reclaimer.freeDeparted();
    long pending = refreshes.values().stream().filter(LeaseRefresh::isBusy).count();
    for (LeaseRefresh each : List.copyOf(refreshes.values())) {
      if (pending < MAX_PENDING && !each.isBusy() && each.lease().isDue()) {
        pending++;
        each.start();
      }
      each.askPeers();
    }
  }

  /** Refreshes some keys in turn although nothing is due: the map may have lost this row. */
  private void check() {
    double share = (double) refreshes.size() / TICKS_PER_SECOND;
    // Every key must have been refreshed before the pause is over.
    double most = reclaimer.areGrantsPaused() ? Math.max(share, MAX_CHECKS) : MAX_CHECKS;
    dueChecks += Math.min(share, most);
    for (LeaseRefresh next : refreshes.values().stream().limit((long) dueChecks).toList()) {
      dueChecks--;
      refreshes.remove(next.lease().key());
      refreshes.put(next.lease().key(), next);
      if (!next.isBusy()) {
        next.start();
      }
    }
  }

  private boolean isKept(LeaseRefresh one) {
    return refreshes.get(one.lease().key()) == one;
  }

  @Override
  public boolean isActive(LeaseRefresh refresh) {
    return stopped == null && isKept(refresh);
  }

  @Override
  public void succeeded(LeaseRefresh refresh, long freed) {
    if (isFailing) {
      isFailing = false;
      LOG.info("leases of shared limits are read and written again");
    }
    if (freed > 0) {
      freedPermits += freed;
      freedKeys.add(refresh.lease().key());
      hasFreedInTick = true;
    }
    if (refresh.lease().isRetired() && refresh.lease().hasNoRow()) {
      refreshes.remove(refresh.lease().key());
    }
    finish(refresh);
  }

  @Override
  public void failed(LeaseRefresh refresh, Throwable cause) {
    if (!isFailing) {
      isFailing = true;
      LOG.warn("leases of shared limits can't be read or written: {}", cause.toString());
    }
    if (stopped != null) {
      refreshes.remove(refresh.lease().key());
    }
    finish(refresh);
  }

  private void finish(LeaseRefresh refresh) {
    if (stopped == null) {
      refresh.askPeers();
      refresh.end();
      return;
    }
    refresh.end();
    if (isKept(refresh)) {
      refresh.start();
    }
    completeStop(stopped);
  }

  /** One line for all keys, by the first tick that frees no more. */
  private void logFreed() {
    if (!hasFreedInTick && freedPermits > 0) {
      LOG.info(
          "freed {} of {} of departed members",
          Plural.of(freedPermits, "permit"),
          Plural.of(freedKeys.size(), "limit"));
      freedPermits = 0;
      freedKeys.clear();
    }
    hasFreedInTick = false;
  }
}
