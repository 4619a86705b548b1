package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.signing.ReceivedBody;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The transport of a push: calls a member over the event bus, or directly when it is this one. A
 * refusal, or no answer in time, is a {@link CommandException} whose problems have the member's
 * name. On the cluster's context.
 */
final class MemberCalls {
  /** Raising it lets slow members take larger documents; a hung one blocks pushes for longer. */
  static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** Registrations spread with a delay: that of a new member may not be known here yet. */
  private static final long RETRY_MILLIS = 100;

  private final ClusterNode node;
  private final String name;
  private final SignedCommands signed;
  private final CallHandler own;

  /** Those who refuse a call log who called: {@code name}, at the address of {@code node}. */
  MemberCalls(ClusterNode node, String name, SignedCommands signed, CallHandler own) {
    this.node = node;
    this.name = name;
    this.signed = signed;
    this.own = own;
  }

  /** Where a member listens for these calls. */
  static String address(String member) {
    return ReceivedBody.MEMBER + member;
  }

  /** Succeeds when {@code member} has done what {@code call} asks. */
  Future<Void> call(MemberInfo member, MemberCall call) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    Future<Void> answer =
        member.id().equals(node.id())
            ? own.perform(call).timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            : signed
                .wrap(address(member.id()), call.toJson())
                .compose(body -> request(member, body, deadline));
    return answer.recover(cause -> Future.failedFuture(refusal(member, cause)));
  }

  private Future<Void> request(MemberInfo member, Buffer body, long deadline) {
    long left = Math.max(1, Duration.ofNanos(deadline - System.nanoTime()).toMillis());
    DeliveryOptions options =
        ReceivedBody.introduce(node.id(), name, node.address()).setSendTimeout(left);
    return node.vertx()
        .eventBus()
        .request(address(member.id()), body, options)
        .onSuccess(MemberCalls::confirm)
        .<Void>mapEmpty()
        .recover(
            cause ->
                left > RETRY_MILLIS
                        && cause instanceof ReplyException reply
                        && reply.failureType() == ReplyFailure.NO_HANDLERS
                    ? node.vertx()
                        .timer(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                        .compose(waited -> request(member, body, deadline))
                    : Future.failedFuture(cause));
  }

  /** A member that has prepared a push asks whether its answer arrived. */
  private static void confirm(Message<Object> reply) {
    if (reply.replyAddress() != null) {
      reply.reply(new JsonObject());
    }
  }

  private static CommandException refusal(MemberInfo member, Throwable cause) {
    if (cause instanceof CommandException known) {
      return known.ofMember(member.name());
    }
    if (cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      return refusal(member, reply);
    }
    return noAnswer(member, "no answer within " + TIMEOUT.toSeconds() + "s");
  }

  /** Any process that can reach the bus may have answered in the member's place. */
  private static CommandException refusal(MemberInfo member, ReplyException reply) {
    try {
      String problems = Objects.requireNonNull(reply.getMessage());
      return CommandException.of(reply.failureCode(), problems).ofMember(member.name());
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      return noAnswer(member, "an answer that can't be read");
    }
  }

  private static CommandException noAnswer(MemberInfo member, String what) {
    String message = "member " + member.name() + ": " + what;
    return new CommandException(
        CommandException.NO_ANSWER, List.of(new CommandProblem("", 0, message, member.name())));
  }
}
