package dev.fairlead.observe;

import dev.fairlead.pool.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The backends of one pool that share the row {@code other}. What a backend has counted stays in
 * the sums after its removal, so that they never go down. Changed by one thread at a time, read by
 * any.
 */
final class OtherBackends {
  private volatile Row row = new Row(List.of(), Set.of(), 0, 0);

  /** Those that are in the row, with their ids, and the counts of those that were. */
  private record Row(
      List<Backend> present, Set<String> ids, long pastSessions, long pastFailures) {}

  boolean has(String id) {
    return row.ids.contains(id);
  }

  /** {@code now} are those configured; others stay while they have sessions. */
  void apply(List<Backend> now) {
    Set<String> ids = ids(now);
    List<Backend> gone = row.present.stream().filter(each -> !ids.contains(each.id())).toList();
    List<Backend> present = new ArrayList<>(now);
    gone.stream().filter(each -> each.active() > 0).forEach(present::add);
    replace(present, gone.stream().filter(each -> each.active() == 0).toList());
  }

  /** Takes out those that are not {@code configured} and have no session. */
  void removeEnded(Predicate<Backend> configured) {
    List<Backend> ended =
        row.present.stream().filter(each -> each.active() == 0 && !configured.test(each)).toList();
    if (!ended.isEmpty()) {
      replace(row.present.stream().filter(each -> !ended.contains(each)).toList(), ended);
    }
  }

  private void replace(List<Backend> present, List<Backend> ended) {
    row =
        new Row(
            List.copyOf(present),
            ids(present),
            row.pastSessions + sum(ended, Backend::total),
            row.pastFailures + sum(ended, Backend::failures));
  }

  private static Set<String> ids(List<Backend> backends) {
    return backends.stream().map(Backend::id).collect(Collectors.toUnmodifiableSet());
  }

  long active() {
    return sum(row.present, Backend::active);
  }

  long clusterActive() {
    return sum(row.present, Backend::clusterActive);
  }

  long total() {
    Row now = row;
    return now.pastSessions + sum(now.present, Backend::total);
  }

  long failures() {
    Row now = row;
    return now.pastFailures + sum(now.present, Backend::failures);
  }

  boolean allHealthy() {
    return row.present.stream().allMatch(Backend::isHealthy);
  }

  boolean anyEjected() {
    return row.present.stream().anyMatch(Backend::isEjected);
  }

  private static long sum(List<Backend> backends, ToLongFunction<Backend> count) {
    return backends.stream().mapToLong(count).sum();
  }
}
