package dev.fairlead.cluster.members;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.signing.ReceivedBody;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one member asks of another: {@code {query: NAME, ...}}, answered with a JSON object. Where
 * the cluster has a secret, a query that changes something ({@link #CHANGES}) must be signed; any
 * node may ask the others, as it may ask for the configuration. Started and stopped on the
 * cluster's context, asks from any thread.
 */
public final class MemberQueries {
  /** The query that ends a session. */
  public static final String CHANGES = "close";

  /** Raising it lets slow members answer; a hung one delays the answer for longer. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(MemberQueries.class);
  private static final int FAILED = 500;
  private static final String QUERY = "query";

  private final ClusterNode node;
  private final SignedCommands signed;
  private final Supplier<MemberId> self;
  private final Function<JsonObject, Future<JsonObject>> own;
  private final List<MessageConsumer<Object>> consumers = new ArrayList<>();

  /** {@code own} answers for this member, on any thread, at once or later. */
  public MemberQueries(
      ClusterNode node,
      SignedCommands signed,
      Supplier<MemberId> self,
      Function<JsonObject, Future<JsonObject>> own) {
    this.node = node;
    this.signed = signed;
    this.self = self;
    this.own = own;
  }

  private static String address(String member, boolean changes) {
    return (changes ? "fairlead.change." : "fairlead.query.") + member;
  }

  private static boolean changes(JsonObject query) {
    return CHANGES.equals(query.getValue(QUERY));
  }

  /** Succeeds when every member of the cluster can ask this one. */
  public Future<Void> start() {
    consumers.add(consumer(false));
    consumers.add(consumer(true));
    return Future.join(consumers.stream().map(MessageConsumer::completion).toList()).mapEmpty();
  }

  private MessageConsumer<Object> consumer(boolean changing) {
    return node.vertx()
        .eventBus()
        .consumer(address(node.id(), changing), message -> answer(message, changing));
  }

  public Future<Void> stop() {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
  }

  /** Asks the member with that id; fails when it does not answer within 2 s. */
  public Future<JsonObject> ask(String member, JsonObject query) {
    if (member.equals(node.id())) {
      return own.apply(query);
    }
    String address = address(member, changes(query));
    DeliveryOptions options =
        ReceivedBody.introduce(node.id(), self.get().name(), node.address())
            .setSendTimeout(TIMEOUT.toMillis());
    Future<?> body = changes(query) ? signed.wrap(address, query) : Future.succeededFuture(query);
    return body.compose(
        sent ->
            node.vertx()
                .eventBus()
                .request(address, sent, options)
                .map(reply -> (JsonObject) reply.body()));
  }

  private void answer(Message<Object> message, boolean changing) {
    ReceivedBody received = ReceivedBody.of(message);
    Vertx vertx = node.vertx();
    Future<JsonObject> opened =
        changing
            ? signed.open(received, "")
            : vertx.executeBlocking(() -> CommandBodies.object(received.body().get()), false);
    opened
        .compose(
            query ->
                changes(query) == changing
                    ? own.apply(query)
                    : Future.failedFuture("not to be asked here"))
        .onSuccess(message::reply)
        .onFailure(
            cause -> {
              LOG.debug("{} is not answered", received.described(), cause);
              message.fail(FAILED, "it can't be answered");
            });
  }
}
