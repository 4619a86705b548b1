package dev.fairlead.cluster.members;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.TimeLimit;
import io.vertx.core.Future;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.Set;

/**
 * Claims names in the shared map of the members, as {@code name:NAME} -> the id of its member. A
 * claim lasts as long as it is renewed and its member is a node of the cluster. On the cluster's
 * context only.
 */
final class NameClaim {
  /**
   * Raising it tolerates longer outages of the shared map, at the expense of the time for which the
   * name of a member that was lost with its row stays taken.
   */
  private static final Duration TIME_TO_LIVE = Duration.ofSeconds(30);

  /** Longer than it takes to remove a hung member that owns the partition of the name. */
  private static final int LIMIT_SECONDS = 15;

  private final ClusterNode node;
  private final AsyncMap<String, String> map;

  NameClaim(ClusterNode node, AsyncMap<String, String> map) {
    this.node = node;
    this.map = map;
  }

  /**
   * Claims {@code wanted}, or the first of {@code wanted-2}, {@code wanted-3} that is free.
   *
   * @param taken by other members, even if they have lost their claim
   */
  Future<String> claim(String wanted, Set<String> taken) {
    return claim(wanted, 1, taken);
  }

  private Future<String> claim(String wanted, int attempt, Set<String> taken) {
    String name = attempt == 1 ? wanted : wanted + "-" + attempt;
    if (taken.contains(name)) {
      return claim(wanted, attempt + 1, taken);
    }
    return TimeLimit.seconds(
            LIMIT_SECONDS, () -> map.putIfAbsent(key(name), node.id(), TIME_TO_LIVE.toMillis()))
        .compose(
            holder -> {
              if (holder == null || holder.equals(node.id())) {
                return Future.succeededFuture(name);
              }
              return node.nodes().contains(holder)
                  ? claim(wanted, attempt + 1, taken)
                  : free(name, holder).compose(done -> claim(wanted, attempt, taken));
            });
  }

  /** Makes the claim last, and takes it back from a member that got it in a split. */
  Future<Void> renew(String name) {
    return TimeLimit.seconds(
        LIMIT_SECONDS, () -> map.put(key(name), node.id(), TIME_TO_LIVE.toMillis()));
  }

  /** Gives {@code name} up, unless another member has claimed it since. */
  Future<Boolean> release(String name) {
    return free(name, node.id());
  }

  private Future<Boolean> free(String name, String holder) {
    return TimeLimit.seconds(LIMIT_SECONDS, () -> map.removeIfPresent(key(name), holder));
  }

  private static String key(String name) {
    return "name:" + name;
  }
}
