package dev.fairlead.member;

import dev.fairlead.admission.LimitRefusals.LimitRefusal;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.Plural;
import dev.fairlead.event.MetricsReport.Sessions;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The counters of all listeners in force, and of removed ones until their last session has ended;
 * and the periodic log line about refused clients. Any thread.
 */
final class ListenerStats {
  /**
   * Interval of {@link #tick}. Raising it logs refusals in fewer lines at the expense of later
   * ones, and keeps the names of removed listeners longer; it must stay above the time a client
   * that was accepted with an older snapshot needs to become a session.
   */
  static final int TICK_SECONDS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(ListenerStats.class);

  /** The listeners with the most refusals are named in the log line. */
  private static final int MAX_NAMED = 5;

  private final Map<String, ListenerCounters> byName = new ConcurrentHashMap<>();

  /** Sums of removed listeners, so that {@link #total} never falls. */
  private Sessions removed = new Sessions(0, 0, 0, 0);

  private Set<String> inForce = Set.of();

  /** The last configuration of each listener in {@link #byName} that was ever in force. */
  private final Map<String, ListenerConfig> configs = new HashMap<>();

  /** Listeners that were out of force and without sessions at the last tick. */
  private Set<String> idle = Set.of();

  /** Counts at the last tick. */
  private final Map<Refusals, Long> lastCounts = new HashMap<>();

  private final Map<LimitRefusal, Long> lastByLimit = new HashMap<>();

  private record Refusals(String listener, CloseReason reason) {}

  private record RefusedCount(String of, long clients) {}

  /** Must be called with all listeners and the names of all pools before they are in force. */
  synchronized void inForce(Collection<ListenerConfig> listeners, Set<String> pools) {
    listeners.forEach(listener -> configs.put(listener.name(), listener));
    inForce = listeners.stream().map(ListenerConfig::name).collect(Collectors.toSet());
    byName.values().forEach(counters -> counters.retainPools(pools));
  }

  ListenerCounters of(String listener) {
    return byName.computeIfAbsent(listener, ListenerCounters::new);
  }

  /** Those in force, and removed ones for a while. */
  Collection<ListenerCounters> all() {
    return byName.values();
  }

  /** The removed listeners with live sessions, as last configured, by name. */
  synchronized List<ListenerConfig> removedWithSessions() {
    return configs.values().stream()
        .filter(each -> !inForce.contains(each.name()) && of(each.name()).active() > 0)
        .sorted(Comparator.comparing(ListenerConfig::name))
        .toList();
  }

  /** The sums over all listeners since the start of the process. */
  synchronized Sessions total() {
    return plus(removed, byName.values());
  }

  static Sessions sum(ListenerCounters counters) {
    return plus(new Sessions(0, 0, 0, 0), List.of(counters));
  }

  private static Sessions plus(Sessions start, Collection<ListenerCounters> counters) {
    return new Sessions(
        start.active() + counters.stream().mapToLong(ListenerCounters::active).sum(),
        start.total() + counters.stream().mapToLong(ListenerCounters::total).sum(),
        start.bytesFromClient()
            + counters.stream().mapToLong(ListenerCounters::bytesFromClient).sum(),
        start.bytesToClient() + counters.stream().mapToLong(ListenerCounters::bytesToClient).sum());
  }

  /**
   * Logs the clients refused since the last call, and forgets removed listeners.
   *
   * @param byLimit what each limit has refused since the start
   */
  synchronized void tick(Map<LimitRefusal, LongAdder> byLimit) {
    lastByLimit.keySet().retainAll(byLimit.keySet());
    for (CloseReason reason : CloseReason.values()) {
      logRefusals(reason, byLimit);
    }
    forgetRemoved();
  }

  /** A listener is forgotten when two ticks in a row find it out of force and without sessions. */
  private void forgetRemoved() {
    Set<String> idleNow = new HashSet<>();
    for (ListenerCounters each : byName.values()) {
      if (!inForce.contains(each.listener()) && each.active() == 0) {
        idleNow.add(each.listener());
      }
    }
    for (String name : idleNow) {
      if (idle.contains(name)) {
        removed = plus(removed, List.of(byName.remove(name)));
        configs.remove(name);
        lastCounts.keySet().removeIf(key -> key.listener().equals(name));
      }
    }
    idle = idleNow;
  }

  private void logRefusals(CloseReason reason, Map<LimitRefusal, LongAdder> byLimit) {
    List<RefusedCount> counts = new ArrayList<>();
    for (ListenerCounters listener : byName.values()) {
      long now = listener.refusedFor(reason);
      Long before = lastCounts.put(new Refusals(listener.listener(), reason), now);
      counts.add(new RefusedCount(listener.listener(), before == null ? now : now - before));
    }
    counts.removeIf(count -> count.clients() == 0);
    if (!counts.isEmpty()) {
      counts.sort(Comparator.comparingLong(RefusedCount::clients).reversed());
      // Any scanner of ports gives the former; they are no reason to wake somebody.
      LOG.atLevel(reason.isForClient() ? Level.INFO : Level.WARN)
          .log(
              "{} refused in the last {} s: {} ({}){}",
              Plural.of(counts.stream().mapToLong(RefusedCount::clients).sum(), "client"),
              TICK_SECONDS,
              reason.label(),
              named(counts),
              limits(reason, byLimit));
    }
  }

  /** {@code , by pool/web/connections: 12}; empty = no limit refuses for that reason. */
  private String limits(CloseReason reason, Map<LimitRefusal, LongAdder> byLimit) {
    List<RefusedCount> counts = new ArrayList<>();
    byLimit.forEach(
        (by, count) -> {
          if (by.reason().equals(reason.label())) {
            long now = count.sum();
            Long before = lastByLimit.put(by, now);
            // It counts anew once its pool was forgotten.
            long earlier = before == null || now < before ? 0 : before;
            counts.add(new RefusedCount(by.limit(), now - earlier));
          }
        });
    counts.removeIf(count -> count.clients() == 0);
    counts.sort(Comparator.comparingLong(RefusedCount::clients).reversed());
    return counts.isEmpty() ? "" : "; by limit " + named(counts);
  }

  private static String named(List<RefusedCount> counts) {
    String named =
        counts.stream()
            .limit(MAX_NAMED)
            .map(count -> count.of() + ": " + count.clients())
            .collect(Collectors.joining(", "));
    int more = counts.size() - MAX_NAMED;
    return more > 0 ? named + ", and " + more + " others" : named;
  }
}
