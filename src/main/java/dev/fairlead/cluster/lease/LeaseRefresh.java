package dev.fairlead.cluster.lease;

import dev.fairlead.cluster.lease.Lease.LeasePlan;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refreshes one lease: read the entry, let the {@link Lease} decide, compare-and-set its plan, and
 * again from the start if another member was first. One refresh of a key at a time. Each attempt
 * sets what this member holds, not a difference, so a lost answer or a repetition does no harm. On
 * the cluster's context only.
 */
final class LeaseRefresh {
  /** Between two starts. Raising it delays waiting clients; lowering it accesses the map more. */
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Raising it delays other keys under contention; lowering it leaves more to the next tick. */
  private static final int MAX_TRIES = 10;

  private static final Logger LOG = LoggerFactory.getLogger(LeaseRefresh.class);

  private final Lease lease;
  private final LeaseContext context;
  private final RefreshOwner owner;
  private boolean isBusy;
  private boolean isRequested;
  private boolean isScheduled;
  private boolean hasStarted;
  private long startedAt;

  /** Receives the ends of refreshes: the keeper of all leases. */
  interface RefreshOwner {
    /** Whether requests are still to be met. */
    boolean isActive(LeaseRefresh refresh);

    /**
     * The entry was read, and written if necessary, which freed so many permits of the departed.
     */
    void succeeded(LeaseRefresh refresh, long freed);

    void failed(LeaseRefresh refresh, Throwable cause);
  }

  LeaseRefresh(Lease lease, LeaseContext context, RefreshOwner owner) {
    this.lease = lease;
    this.context = context;
    this.owner = owner;
  }

  Lease lease() {
    return lease;
  }

  boolean isBusy() {
    return isBusy;
  }

  /** Refreshes at once, or as soon as the pending refresh and the interval are over. */
  void request() {
    long wait = hasStarted ? Math.max(0, startedAt + INTERVAL_NANOS - context.monotonic()) : 0;
    if (isBusy) {
      isRequested = true;
    } else if (wait == 0) {
      start();
    } else if (!isScheduled) {
      isScheduled = true;
      context.schedule(
          TimeUnit.NANOSECONDS.toMillis(wait) + 1,
          () -> {
            isScheduled = false;
            if (owner.isActive(this)) {
              request();
            }
          });
    }
  }

  /** Starts a refresh; none may be pending. */
  void start() {
    isBusy = true;
    isRequested = false;
    hasStarted = true;
    startedAt = context.monotonic();
    attempt(MAX_TRIES);
  }

  /** To be called by the owner after each refresh: meets the request that came meanwhile. */
  void end() {
    isBusy = false;
    if (isRequested && owner.isActive(this)) {
      request();
    }
  }

  void askPeers() {
    if (lease.takeRequest()) {
      context.askPeers(lease.key());
    }
  }

  private void attempt(int tries) {
    context
        .get(lease.key())
        .onComplete(
            text ->
                finish(
                    () -> {
                      if (text.failed()) {
                        fail(text.cause());
                      } else {
                        decide(text.result(), tries);
                      }
                    }));
  }

  /** After a bug a refresh that stayed pending would keep its key from every later one. */
  private void finish(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error bug) {
      LOG.error("refresh of the lease {} failed", lease.key(), bug);
      owner.failed(this, bug);
    }
  }

  private void decide(@Nullable String text, int tries) {
    LeaseEntry read = LeaseEntry.parse(text);
    Optional<LeasePlan> plan = lease.plan(read);
    if (plan.isPresent()) {
      write(text, plan.get(), tries);
    } else {
      lease.unchanged(read);
      owner.succeeded(this, 0);
    }
  }

  private void write(@Nullable String text, LeasePlan plan, int tries) {
    context
        .compareAndSet(lease.key(), text, plan.next().encode())
        .onComplete(
            done ->
                finish(
                    () -> {
                      if (done.failed()) {
                        fail(done.cause());
                      } else if (done.result()) {
                        lease.written(plan);
                        owner.succeeded(this, plan.freed());
                      } else if (tries > 1) {
                        attempt(tries - 1);
                      } else {
                        lease.failed();
                        owner.succeeded(this, 0);
                      }
                    }));
  }

  private void fail(Throwable cause) {
    lease.failed();
    owner.failed(this, cause);
  }
}
