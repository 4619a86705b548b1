package dev.fairlead.cluster.load;

import dev.fairlead.admission.SourceCount;
import dev.fairlead.admission.SourceLimit;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * What one limit's part of the own row tells the others: at most 1,000 sources, those with the most
 * connections. Among equals those that were told go on, so that the row does not change for
 * nothing. On the cluster's context only.
 */
final class ToldSources {
  static final int MAX_SOURCES = 1_000;

  private final SourceLimit limit;
  private final Map<SourceCount, Told> told = new HashMap<>();

  /** The fewest connections first. */
  private final PriorityQueue<Told> chosen =
      new PriorityQueue<>(Comparator.comparingInt(one -> one.count));

  private static final class Told {
    private final SourceCount source;
    private final String key;
    private boolean isChosen;

    /** Of this look. */
    private int count;

    /** What the others know. */
    private int told;

    private Told(String listener, SourceCount source) {
      this.source = source;
      this.key = SourceRow.key(listener, source.address());
    }
  }

  ToldSources(SourceLimit limit) {
    this.limit = limit;
  }

  /** The fields of those that are told. */
  List<String> keys() {
    return told.values().stream().map(one -> one.key).toList();
  }

  /** Looks, and adds what differs from what was told. */
  void changes(JsonObject changes) {
    choose();
    told.values().removeIf(one -> !one.isChosen && takeBack(one, changes));
    for (Told one : chosen) {
      // A source that was forgotten and came again has two for a moment; the older one goes first.
      if (one.count != one.told || changes.containsKey(one.key)) {
        changes.put(one.key, one.count);
        one.told = one.count;
      }
    }
  }

  /** Adds all that is told. */
  void whole(JsonObject row) {
    told.values().forEach(one -> row.put(one.key, one.told));
  }

  private static boolean takeBack(Told one, JsonObject changes) {
    if (one.told > 0) {
      changes.putNull(one.key);
    }
    return true;
  }

  private void choose() {
    chosen.clear();
    for (Told one : told.values()) {
      one.isChosen = false;
      if (limit.isHeavy(one.source)) {
        choose(one);
      }
    }
    limit.forEachHeavy(this::offer);
  }

  private void offer(SourceCount source) {
    if (chosen.size() == MAX_SOURCES && source.active() <= chosen.element().count) {
      return;
    }
    Told one = told.computeIfAbsent(source, any -> new Told(limit.listener(), any));
    if (!one.isChosen) {
      choose(one);
    }
  }

  private void choose(Told one) {
    one.count = one.source.active();
    if (one.count > 0) {
      one.isChosen = true;
      chosen.add(one);
    }
    if (chosen.size() > MAX_SOURCES) {
      chosen.remove().isChosen = false;
    }
  }
}
