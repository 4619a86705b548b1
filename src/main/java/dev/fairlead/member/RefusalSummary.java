package dev.fairlead.member;

import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log whom the listeners turned away: one line for each reason and time, however many
 * they were. One thread at a time.
 */
final class RefusalSummary {
  /** How often {@link #say} is to be called. */
  static final int SECONDS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(RefusalSummary.class);

  /** Those with the most refusals are named. */
  private static final int MOST_NAMED = 5;

  private final Supplier<Collection<ListenerCounters>> listeners;
  private final Map<Key, Long> said = new HashMap<>();

  private record Key(String listener, CloseReason reason) {}

  private record Count(String listener, long refused) {}

  /**
   * @param listeners gives the counters of every listener there ever was
   */
  RefusalSummary(Supplier<Collection<ListenerCounters>> listeners) {
    this.listeners = listeners;
  }

  /** Says what has come since the last time. */
  void say() {
    Collection<ListenerCounters> all = listeners.get();
    for (CloseReason reason : CloseReason.values()) {
      List<Count> counts =
          all.stream()
              .map(listener -> new Count(listener.listener(), since(listener, reason)))
              .filter(count -> count.refused > 0)
              .sorted(Comparator.comparingLong(Count::refused).reversed())
              .toList();
      if (!counts.isEmpty()) {
        LOG.warn(
            "{} clients refused in the last {} s: {} ({})",
            counts.stream().mapToLong(Count::refused).sum(),
            SECONDS,
            reason.label(),
            named(counts));
      }
    }
  }

  private long since(ListenerCounters listener, CloseReason reason) {
    long now = listener.refusedFor(reason);
    Long before = said.put(new Key(listener.listener(), reason), now);
    return before == null ? now : now - before;
  }

  private static String named(List<Count> counts) {
    String named =
        counts.stream()
            .limit(MOST_NAMED)
            .map(count -> count.listener + ": " + count.refused)
            .collect(Collectors.joining(", "));
    int more = counts.size() - MOST_NAMED;
    return more > 0 ? named + ", and " + more + " other listeners" : named;
  }
}
