package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.node.ClusterException;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.signing.ReceivedBody;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a process with another secret than the cluster's from becoming a member: before the other
 * members see it, it must be able to verify the newest stored revision. If it cannot, it asks the
 * members: one that refuses its signature decides at once, and logs who was refused. On the
 * cluster's context.
 */
final class SecretCheck {
  /** Raising these waits longer until members replace a foreign node's value, and refuses later. */
  private static final int ATTEMPTS = 4;

  private static final long RETRY_MILLIS = 700;

  /** Raising it tolerates slower members at the expense of a later refusal when one hangs. */
  private static final long ANSWER_MILLIS = 2000;

  private final ClusterNode node;
  private final ConfigStore store;
  private final SignedCommands signed;
  private final String name;

  SecretCheck(ClusterNode node, ConfigStore store, SignedCommands signed, String name) {
    this.node = node;
    this.store = store;
    this.signed = signed;
    this.name = name;
  }

  /** Fails with {@link ClusterException} if this process's secret is not the cluster's. */
  Future<Void> run() {
    return attempt(1);
  }

  private Future<Void> attempt(int attempt) {
    return store
        .newest()
        .compose(
            stored -> {
              String value = stored.value();
              return value == null || stored.revision() != null
                  ? Future.succeededFuture()
                  : members().compose(members -> unverified(value, members, attempt));
            });
  }

  private Future<Void> unverified(String value, List<String> members, int attempt) {
    // The members would replace a foreign value by themselves, but seconds later.
    JsonObject hint = new JsonObject().put("revision", 0);
    BestEffortPublisher.publish(node.vertx(), ConfigPush.CHANGED, hint);
    return isRefusedBy(members)
        .compose(
            refused -> {
              if (refused || (attempt == ATTEMPTS && !members.isEmpty())) {
                return Future.failedFuture(refusal(RevisionCodec.isSigned(value)));
              }
              return attempt == ATTEMPTS
                  ? Future.succeededFuture()
                  : node.vertx()
                      .timer(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                      .compose(waited -> attempt(attempt + 1));
            });
  }

  private ClusterException refusal(boolean clusterHasSecret) {
    String expected =
        clusterHasSecret
            ? "the secret of the members that are there"
            : "none, the members that are there have none";
    return ClusterException.expected(
        "cluster.secretFile", signed.hasSecret() ? "another secret" : "null", expected, null);
  }

  /** The other nodes that have a row as members: a foreign node cannot decide about the secret. */
  private Future<List<String>> members() {
    return ReplicatedTable.openMap(node.vertx(), Membership.TABLE.map())
        .compose(AsyncMap::keys)
        .map(
            rows ->
                node.nodes().stream()
                    .filter(each -> !each.equals(node.id()) && rows.contains(each))
                    .toList());
  }

  /** Succeeds with true at the first refusal, with false when all have answered otherwise. */
  private Future<Boolean> isRefusedBy(List<String> members) {
    Promise<Boolean> refused = Promise.promise();
    List<Future<?>> answers = new ArrayList<>();
    for (String member : members) {
      answers.add(
          greet(MemberCalls.address(member))
              .onFailure(
                  cause -> {
                    if (isOfSignature(cause)) {
                      refused.tryComplete(true);
                    }
                  }));
    }
    Future.join(answers).onComplete(done -> refused.tryComplete(false));
    return refused.future();
  }

  private Future<?> greet(String address) {
    DeliveryOptions options =
        ReceivedBody.introduce(node.id(), name, node.address()).setSendTimeout(ANSWER_MILLIS);
    return signed
        .wrap(address, new MemberCall.Greet().toJson())
        .compose(greeting -> node.vertx().eventBus().request(address, greeting, options));
  }

  /** A member without a secret cannot read a signed call. A wrong clock is no wrong secret. */
  private boolean isOfSignature(Throwable cause) {
    if (cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      boolean noSecret = reply.failureCode() == CommandException.PROBLEMS && signed.hasSecret();
      return noSecret || (reply.failureCode() == CommandException.UNSIGNED && !isOfClock(reply));
    }
    return false;
  }

  /** The signature was right: its time or nonce is refused. */
  private static boolean isOfClock(ReplyException reply) {
    try {
      String answer = String.valueOf(reply.getMessage());
      String path = CommandException.of(reply.failureCode(), answer).problems().get(0).path();
      return !path.isEmpty() && !path.equals("mac");
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      return true; // Not an answer of a member.
    }
  }
}
