package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last {@link #KEPT} revisions in the shared map, the newest included. Superseded revisions of
 * a split are not marked: they are those that are not ancestors of the newest. On the cluster's
 * context; documents are encoded and decoded on workers.
 */
final class RevisionHistory {
  static final int KEPT = 20;

  private static final String PAST = "past/";

  private final Vertx vertx;
  private final AsyncMap<String, String> map;
  private final RevisionCodec codec;

  /** {@code superseded}: it was made in a part of a split cluster whose revisions did not win. */
  record PastRevision(Revision revision, boolean superseded) {}

  RevisionHistory(Vertx vertx, AsyncMap<String, String> map, RevisionCodec codec) {
    this.vertx = vertx;
    this.map = map;
    this.codec = codec;
  }

  Future<Boolean> has(Revision revision) {
    return map.get(key(revision)).map(Objects::nonNull);
  }

  /** Adds those that are not in it, and drops the oldest. */
  Future<Void> add(List<Revision> revisions) {
    if (revisions.isEmpty()) {
      return Future.succeededFuture();
    }
    return map.keys()
        .compose(
            there ->
                vertx
                    .executeBlocking(() -> encodeMissing(revisions, there))
                    .compose(missing -> store(missing, there)));
  }

  private Map<String, String> encodeMissing(List<Revision> revisions, Set<String> there) {
    Map<String, String> missing = new HashMap<>();
    for (Revision each : revisions) {
      if (!there.contains(key(each))) {
        missing.put(key(each), codec.write(each));
      }
    }
    return missing;
  }

  private Future<Void> store(Map<String, String> missing, Set<String> there) {
    Set<String> all = new HashSet<>(there);
    all.addAll(missing.keySet());
    List<String> past = all.stream().filter(key -> key.startsWith(PAST)).sorted().toList();
    List<String> oldest = past.subList(0, Math.max(0, past.size() - KEPT));
    return Future.join(
            missing.entrySet().stream()
                .map(each -> map.putIfAbsent(each.getKey(), each.getValue()))
                .toList())
        .compose(added -> Future.join(oldest.stream().map(map::remove).toList()))
        .mapEmpty();
  }

  /** The last {@link #KEPT} revisions, the newest first. */
  Future<List<PastRevision>> list() {
    return map.entries().compose(entries -> vertx.executeBlocking(() -> list(entries)));
  }

  /**
   * The numbers of {@code history}: {@code 7}, {@code one of 3 to 7} or {@code one of 1, 3 to 7}.
   */
  static String numbers(List<PastRevision> history) {
    long[] numbers =
        history.stream()
            .mapToLong(past -> past.revision().revision())
            .sorted()
            .distinct()
            .toArray();
    StringBuilder text = new StringBuilder(numbers.length > 1 ? "one of " : "");
    for (int first = 0, last; first < numbers.length; first = last + 1) {
      last = first;
      while (last + 1 < numbers.length && numbers[last + 1] == numbers[last] + 1) {
        last++;
      }
      text.append(first == 0 ? "" : ", ").append(numbers[first]);
      text.append(last == first ? "" : " to " + numbers[last]);
    }
    return text.toString();
  }

  private List<PastRevision> list(Map<String, String> entries) {
    Revision newest = codec.read(entries.get(ConfigStore.NEWEST));
    Map<String, Revision> byId = new HashMap<>();
    entries.forEach(
        (key, value) -> {
          Revision revision = key.startsWith(PAST) ? codec.read(value) : newest;
          if (revision != null) {
            byId.put(revision.id(), revision);
          }
        });
    List<Revision> ancestors = ancestors(newest, byId);
    long oldest = ancestors.isEmpty() ? 0 : ancestors.get(ancestors.size() - 1).revision();
    return byId.values().stream()
        .sorted(
            Comparator.comparingLong(Revision::revision).thenComparing(Revision::time).reversed())
        .limit(KEPT)
        .map(each -> new PastRevision(each, !ancestors.contains(each) && each.revision() >= oldest))
        .toList();
  }

  /** {@code newest} and the revisions it came from, as far as they are known. */
  private static List<Revision> ancestors(@Nullable Revision newest, Map<String, Revision> byId) {
    List<Revision> ancestors = new ArrayList<>();
    Revision next = newest;
    while (next != null) {
      ancestors.add(next);
      Revision parent = byId.get(next.parent());
      // Entries written by a foreign node must not lead in a circle.
      next = parent != null && parent.revision() < next.revision() ? parent : null;
    }
    return ancestors;
  }

  /** Sorts by number. */
  private static String key(Revision revision) {
    return String.format(Locale.ROOT, "%s%019d/%s", PAST, revision.revision(), revision.id());
  }
}
