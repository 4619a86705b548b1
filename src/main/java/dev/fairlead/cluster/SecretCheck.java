package dev.fairlead.cluster;

import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.node.ClusterException;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.revision.ConfigStore;
import dev.fairlead.cluster.revision.RevisionCodec;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.signing.Secret;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Keeps a member out of a cluster whose secret it does not have: before anybody sees it, it must
 * believe the newest revision that is stored. On the cluster's context.
 */
public final class SecretCheck {
  /** The members replace what somebody else may have put there within a second. */
  private static final int ATTEMPTS = 4;

  private static final long AGAIN_MILLIS = 700;

  private final ClusterNode node;
  private final ConfigStore store;
  private final Secret secret;

  /**
   * @param secret null = this member has none
   */
  public SecretCheck(ClusterNode node, ConfigStore store, Secret secret) {
    this.node = node;
    this.store = store;
    this.secret = secret;
  }

  /** Fails with {@link ClusterException} when this member's secret is not that of the cluster. */
  public Future<Void> run() {
    return attempt(1);
  }

  private Future<Void> attempt(int attempt) {
    return store
        .newest()
        .compose(
            stored ->
                stored.value() == null || stored.revision() != null
                    ? Future.succeededFuture()
                    : disbelieved(stored.value(), attempt));
  }

  private Future<Void> disbelieved(String value, int attempt) {
    if (attempt < ATTEMPTS) {
      Promise<Void> later = Promise.promise();
      vertx().setTimer(AGAIN_MILLIS, id -> later.complete());
      return later.future().compose(waited -> attempt(attempt + 1));
    }
    return hasMembers()
        .compose(
            members ->
                members
                    ? Future.failedFuture(refusal(RevisionCodec.isSigned(value)))
                    : Future.succeededFuture());
  }

  private ClusterException refusal(boolean signed) {
    String expected =
        signed
            ? "the secret of the members that are there"
            : "none, the members that are there have none";
    return ClusterException.expected(
        "cluster.secretFile", secret == null ? "null" : "another secret", expected, null);
  }

  /** Whether anybody else is a member: a foreign node can put anything into the map. */
  private Future<Boolean> hasMembers() {
    return ReplicatedTable.openMap(vertx(), Membership.TABLE.map())
        .compose(
            map -> {
              List<Future<String>> rows =
                  node.nodes().stream()
                      .filter(each -> !each.equals(node.id()))
                      .map(map::get)
                      .toList();
              return Future.join(rows)
                  .map(all -> rows.stream().anyMatch(row -> row.result() != null));
            });
  }

  private Vertx vertx() {
    return node.vertx();
  }
}
