package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one member asks another during a push: to hold a document, to let go of it, and to say when
 * it is in force. Whatever is refused is a {@link CommandException} whose problems have the
 * member's name. On the cluster's context.
 */
public final class MemberCalls {
  /** So long a member may take to answer. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /** Registrations spread with a delay: a member that has just joined may not be heard of yet. */
  private static final long RETRY_MILLIS = 100;

  private final Vertx vertx;
  private final String self;
  private final SignedCommands signed;

  public MemberCalls(ClusterNode node, SignedCommands signed) {
    this.vertx = node.vertx();
    this.self = node.id();
    this.signed = signed;
  }

  /** Where a member listens for these calls. */
  static String address(String member) {
    return "fairlead.member." + member;
  }

  /**
   * Asks for nothing but an answer. The first call to a member has the bus look up where it is,
   * which hangs as long as any node does that keeps a part of that knowledge; so whoever comes is
   * greeted while all is well.
   */
  public Future<Void> greet(MemberInfo member) {
    return ask(member, CallHandler.greeting());
  }

  /** Has the member check a document and hold what it needs. */
  Future<Void> hold(MemberInfo member, String push, ConfigFormat format, String text) {
    return ask(member, CallHandler.hold(push, format, text));
  }

  /** Has the member let go of what it holds for a push. */
  Future<Void> release(MemberInfo member, String push) {
    return ask(member, CallHandler.release(push));
  }

  /** Succeeds when {@code revision} is in force there. */
  Future<Void> await(MemberInfo member, Revision revision) {
    return ask(member, CallHandler.await(revision));
  }

  private Future<Void> ask(MemberInfo member, JsonObject call) {
    return ask(member, call, System.nanoTime() + PATIENCE.toNanos());
  }

  private Future<Void> ask(MemberInfo member, JsonObject call, long deadline) {
    long left = Math.max(1, Duration.ofNanos(deadline - System.nanoTime()).toMillis());
    String address = address(member.id());
    return vertx
        .eventBus()
        .request(address, signed.wrap(address, call), options(member).setSendTimeout(left))
        .map(MemberCalls::heard)
        .recover(
            cause ->
                isUnknown(cause) && left > RETRY_MILLIS
                    ? vertx
                        .timer(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                        .compose(waited -> ask(member, call, deadline))
                    : Future.failedFuture(refusal(member, cause)));
  }

  private static boolean isUnknown(Throwable cause) {
    return cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
  }

  /**
   * Who listens where is in a shared map, which hangs when a split begins; we know where we are.
   */
  private DeliveryOptions options(MemberInfo member) {
    return new DeliveryOptions().setLocalOnly(member.id().equals(self));
  }

  /** A member that holds something wants to know that somebody waited for it. */
  private static Void heard(Message<Object> reply) {
    if (reply.replyAddress() != null) {
      reply.reply(new JsonObject());
    }
    return null;
  }

  private static CommandException refusal(MemberInfo member, Throwable cause) {
    if (cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      return refusal(member, reply);
    }
    return noAnswer(member, "no answer within " + PATIENCE.toSeconds() + "s");
  }

  /** Anybody who can reach the bus may have answered in the member's place, with anything. */
  private static CommandException refusal(MemberInfo member, ReplyException reply) {
    try {
      return CommandException.of(reply.failureCode(), reply.getMessage()).ofMember(member.name());
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
