package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of this member: decides when which key is looked at, reads and writes the map.
 * Each change begins with a read and is a compare-and-set that sets what this member holds, so a
 * repeated or lost answer does no harm. On the cluster's context only.
 */
final class LeaseKeeper {
  /** Time between two calls of {@link #tick}. */
  static final long TICK_MILLIS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final long TICKS_A_SECOND = 1_000 / TICK_MILLIS;

  /** Looks that nobody asked for, in one tick. */
  private static final double MOST_CHECKS = 20;

  /** Looks under way, when a tick begins no more: thousands of new limits would time out. */
  private static final long MOST_AT_ONCE = 200;

  /** Looks that somebody asked for are at least so far apart, for one key. */
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Others may be quicker so many times; then it is the next tick's. */
  private static final int TRIES = 10;

  private final LeaseContext place;
  private final Supplier<List<Leased>> leased;
  private final LeaseReclaimer departures;
  private final Map<String, Kept> kept = new LinkedHashMap<>();

  /** Those to be checked next, the first first. */
  private final Deque<Kept> checks = new ArrayDeque<>();

  /** So many checks are due. */
  private double dueChecks;

  private long freedPermits;
  private final Set<String> freedKeys = new HashSet<>();
  private boolean hasFreed;

  /** So that the log hears of a trouble once. */
  private boolean isTroubled;

  /** Null = it goes on. */
  private Promise<Void> stopped;

  private record Kept(Lease lease, RefreshState look) {}

  /**
   * Does nothing before the first {@link #tick}.
   *
   * @param leased gives what is leased at the moment; asked often, and must return at once
   */
  LeaseKeeper(LeaseContext place, Supplier<List<Leased>> leased) {
    this.place = place;
    this.leased = leased;
    this.departures = new LeaseReclaimer(place::nanos);
    departures.observe(place.nodes());
  }

  /** To be called every {@link #TICK_MILLIS}. */
  void tick() {
    if (stopped != null) {
      return;
    }
    follow();
    Lease.Situation now = situation();
    departures.decide();
    long busy = kept.values().stream().filter(each -> each.look.isBusy()).count();
    for (Kept each : List.copyOf(kept.values())) {
      if (busy < MOST_AT_ONCE && !each.look.isBusy() && each.lease.isDue(now)) {
        busy++;
        look(each);
      }
      if (each.lease.takeHint(now.now())) {
        place.hint(each.lease.key());
      }
    }
    check();
    logFreed();
  }

  /** Somebody waits for more of this. */
  void needed(Leased some) {
    if (stopped == null) {
      if (!kept.containsKey(some.key())) {
        follow();
      }
      lookSoon(kept.get(some.key()));
    }
  }

  /** Another member asks to look at {@code key}. */
  void asked(String key) {
    Kept one = kept.get(key);
    if (one != null && stopped == null && one.lease.asked()) {
      lookSoon(one);
    }
  }

  void joined() {
    departures.observe(place.nodes());
  }

  void left(String node) {
    departures.observe(place.nodes());
    departures.left(node);
  }

  void merged() {
    departures.observe(place.nodes());
    departures.quiet();
  }

  /** Gives everything back. Never fails. */
  Future<Void> stop() {
    if (stopped == null) {
      stopped = Promise.promise();
      List<Kept> all = List.copyOf(kept.values());
      all.forEach(each -> each.lease.retire());
      all.stream().filter(each -> !each.look.isBusy()).forEach(this::look);
      completeStop();
    }
    return stopped.future();
  }

  /** What is not leased any more is given back, and then forgotten. */
  private void follow() {
    Set<String> gone = new HashSet<>(kept.keySet());
    for (Leased each : leased.get()) {
      if (each.limit() > 0) {
        gone.remove(each.key());
        Kept one = kept.get(each.key());
        if (one == null) {
          one = new Kept(new Lease(each), new RefreshState());
          kept.put(each.key(), one);
          checks.add(one);
        }
        one.lease.follow(each);
      }
    }
    gone.forEach(key -> kept.get(key).lease.retire());
  }

  /** Looks at some keys only to see that all is well, each in its turn. */
  private void check() {
    double share = (double) checks.size() / TICKS_A_SECOND;
    // What others miss must be there again before anything is granted.
    double most = departures.isQuiet() ? Math.max(share, MOST_CHECKS) : MOST_CHECKS;
    dueChecks += Math.min(share, most);
    List<Kept> checked = new ArrayList<>();
    while (dueChecks >= 1 && !checks.isEmpty()) {
      dueChecks--;
      Kept next = checks.poll();
      if (isKept(next)) {
        checked.add(next);
        if (!next.look.isBusy()) {
          look(next);
        }
      }
    }
    checks.addAll(checked);
  }

  private boolean isKept(Kept one) {
    return one.equals(kept.get(one.lease.key()));
  }

  private void lookSoon(Kept one) {
    if (one == null) {
      return;
    }
    long wait = one.look.nanosToWait(place.nanos(), INTERVAL_NANOS);
    if (one.look.isBusy()) {
      one.look.again();
    } else if (wait <= 0) {
      look(one);
    } else if (one.look.schedule()) {
      place.later(
          TimeUnit.NANOSECONDS.toMillis(wait) + 1,
          () -> {
            one.look.unschedule();
            if (stopped == null && isKept(one)) {
              lookSoon(one);
            }
          });
    }
  }

  private void look(Kept one) {
    one.look.begin(place.nanos());
    attempt(one, TRIES);
  }

  private void attempt(Kept one, int tries) {
    place
        .get(one.lease.key())
        .onComplete(
            text -> {
              if (text.failed()) {
                failed(one, text.cause());
              } else {
                decide(one, text.result(), tries);
              }
            });
  }

  private void decide(Kept one, String text, int tries) {
    LeaseEntry read = LeaseEntry.parse(text);
    Lease.Situation now = situation();
    LeasePlan plan = one.lease.plan(read, now);
    if (plan == null) {
      one.lease.well(read, now);
      ended(one);
      return;
    }
    place
        .swap(one.lease.key(), text, plan.next().encode())
        .onComplete(
            done -> {
              if (done.failed()) {
                failed(one, done.cause());
              } else if (done.result()) {
                one.lease.written(plan, situation());
                freed(one.lease.key(), plan.freed());
                ended(one);
              } else if (tries > 1) {
                attempt(one, tries - 1);
              } else {
                one.lease.failed(situation());
                ended(one);
              }
            });
  }

  private void failed(Kept one, Throwable cause) {
    if (!isTroubled) {
      isTroubled = true;
      LOG.warn("the shares of the cluster's limits can't be read or written: {}", cause.toString());
    }
    one.lease.failed(situation());
    if (stopped != null) {
      // Others free it.
      kept.remove(one.lease.key());
    }
    finish(one);
  }

  private void ended(Kept one) {
    if (isTroubled) {
      isTroubled = false;
      LOG.info("the shares of the cluster's limits are read and written again");
    }
    if (one.lease.isRetired() && one.lease.isGone(place.self())) {
      kept.remove(one.lease.key());
    }
    finish(one);
  }

  private void finish(Kept one) {
    boolean again = one.look.end();
    if (stopped != null) {
      if (kept.containsKey(one.lease.key())) {
        look(one);
      }
      completeStop();
      return;
    }
    if (one.lease.takeHint(place.nanos())) {
      place.hint(one.lease.key());
    }
    if (again && isKept(one)) {
      lookSoon(one);
    }
  }

  private void completeStop() {
    if (kept.isEmpty()) {
      stopped.tryComplete();
    }
  }

  private Lease.Situation situation() {
    departures.observe(place.nodes());
    return new Lease.Situation(place.self(), place.nodes().size(), departures, place.nanos());
  }

  private void freed(String key, long permits) {
    if (permits > 0) {
      freedPermits += permits;
      freedKeys.add(key);
      hasFreed = true;
    }
  }

  /** Once for all keys, when a tick has found no more. */
  private void logFreed() {
    if (!hasFreed && freedPermits > 0) {
      LOG.info("freed {} permits of {} limits of members gone", freedPermits, freedKeys.size());
      freedPermits = 0;
      freedKeys.clear();
    }
    hasFreed = false;
  }
}
