package dev.fairlead.cluster.signing;

import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;

/**
 * Signs the commands this member says and checks the ones it hears; without a secret both leave
 * them as they are. A command is taken once, within 30 seconds of the time it carries, so the
 * clocks of the cluster have to agree that far. Any thread.
 */
public final class SignedCommands {
  /** The shared map of the nonces that were used. */
  static final String NONCES = "fairlead.nonces";

  private static final Duration MAX_AWAY = Duration.ofSeconds(30);

  /** From 30 s before a command's time to 30 s after it. */
  private static final Duration CLAIM = MAX_AWAY.multipliedBy(2);

  private final Secret secret;
  private final AsyncMap<String, String> nonces;
  private final InstantSource clock;
  private final LongAdder refused = new LongAdder();
  private final RefusalLog log;

  private SignedCommands(Secret secret, AsyncMap<String, String> nonces, InstantSource clock) {
    this.secret = secret;
    this.nonces = nonces;
    this.clock = clock;
    this.log = new RefusalLog(clock);
  }

  /**
   * Opens the shared map of used nonces.
   *
   * @param secret null = nothing is signed
   */
  public static Future<SignedCommands> open(Vertx vertx, Secret secret, InstantSource clock) {
    // To get a map blocks in Hazelcast.
    return vertx
        .executeBlocking(() -> vertx.sharedData().<String, String>getAsyncMap(NONCES))
        .compose(map -> map)
        .map(map -> new SignedCommands(secret, map, clock));
  }

  /** Commands refused since the start for what is wrong with their signature. */
  public long refused() {
    return refused.sum();
  }

  /** What to send to {@code address}. */
  public JsonObject wrap(String address, JsonObject command) {
    return secret == null
        ? command
        : Envelope.sign(secret, address, command, clock.instant()).toJson();
  }

  /**
   * The command in a body; fails with a {@link CommandException}, which the log is told of.
   *
   * @param receiver who takes it: each of those that a published command is for by a name of its
   *     own, all that could have got a request by the same one
   */
  public Future<JsonObject> open(Heard heard, String receiver) {
    Future<JsonObject> opened =
        secret == null
            ? plain(heard)
            : verified(heard)
                .compose(envelope -> claimed(envelope, receiver))
                .map(envelope -> CommandBodies.object(envelope.signed()));
    return opened.onFailure(failure -> tell(heard, failure));
  }

  /** A command was refused: for its signature, or by who is to do what it says. */
  public void tell(Heard heard, Throwable failure) {
    if (failure instanceof CommandException refusal) {
      if (refusal.code() == CommandException.UNSIGNED) {
        refused.increment();
      }
      log.refused(heard, refusal.problems().get(0));
    }
  }

  private static Future<JsonObject> plain(Heard heard) {
    try {
      JsonObject body = CommandBodies.object(heard.body());
      return Envelope.isMeantBy(body)
          ? Future.failedFuture(
              new CommandException(CommandException.PROBLEMS, "this cluster has no secret"))
          : Future.succeededFuture(body);
    } catch (CommandException e) {
      return Future.failedFuture(e);
    }
  }

  private Future<Envelope> verified(Heard heard) {
    try {
      Envelope envelope = Envelope.of(object(heard.body()));
      if (!secret.verifies(envelope.signedText(heard.address()), envelope.mac())) {
        throw refusal("mac", "the signature is wrong");
      }
      Duration away = Duration.between(envelope.instant(), clock.instant()).abs();
      if (away.compareTo(MAX_AWAY) > 0) {
        throw refusal("time", envelope.time() + " (expected: within 30s of now)");
      }
      return Future.succeededFuture(envelope);
    } catch (CommandException e) {
      return Future.failedFuture(e);
    }
  }

  /** What is no object is not signed either. */
  private static JsonObject object(Object body) {
    try {
      return CommandBodies.object(body);
    } catch (CommandException e) {
      throw refusal("", e.problems().get(0).message());
    }
  }

  private Future<Envelope> claimed(Envelope envelope, String receiver) {
    return nonces
        .putIfAbsent(receiver + "/" + envelope.nonce(), envelope.time(), CLAIM.toMillis())
        .recover(cause -> Future.failedFuture(noClaim(cause)))
        .compose(
            before ->
                before == null
                    ? Future.succeededFuture(envelope)
                    : Future.failedFuture(refusal("nonce", "it was used before")));
  }

  private static CommandException noClaim(Throwable cause) {
    return new CommandException(
        CommandException.NO_ANSWER, "nonce", "it can't be claimed: " + cause);
  }

  private static CommandException refusal(String path, String message) {
    return new CommandException(CommandException.UNSIGNED, path, message);
  }

  /** A body, where it came, and who says it sent it. */
  public record Heard(String address, Object body, String sender) {
    public static Heard of(Message<?> message) {
      return new Heard(message.address(), message.body(), Sender.of(message));
    }
  }
}
