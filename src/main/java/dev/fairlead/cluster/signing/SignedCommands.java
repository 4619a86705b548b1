package dev.fairlead.cluster.signing;

import static dev.fairlead.cluster.signing.Envelope.refusal;

import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Signs the commands this member sends and verifies those it receives; without a secret both leave
 * them as they are. A command is taken once, within 30 seconds of the time it carries, so the
 * clocks of the cluster have to agree that far. Any thread; signatures are computed on workers, in
 * the order of the calls of one context.
 */
public final class SignedCommands {
  /** The shared map of the nonces that were used. */
  static final String NONCES = "fairlead.nonces";

  /** Raising it tolerates more clock skew; other members take a recorded command for longer. */
  private static final Duration MAX_AWAY = Duration.ofSeconds(30);

  /** From 30 s before a command's time to 30 s after it. */
  private static final Duration CLAIM = MAX_AWAY.multipliedBy(2);

  private final Vertx vertx;
  private final @Nullable Secret secret;
  private final AsyncMap<String, String> nonces;
  private final InstantSource clock;
  private final LongAdder refused = new LongAdder();
  private final RefusalLog log;

  private SignedCommands(
      Vertx vertx, @Nullable Secret secret, AsyncMap<String, String> nonces, InstantSource clock) {
    this.vertx = vertx;
    this.secret = secret;
    this.nonces = nonces;
    this.clock = clock;
    this.log = new RefusalLog(System::nanoTime);
  }

  /** Opens the shared map of used nonces. Without a secret nothing is signed. */
  public static Future<SignedCommands> open(
      Vertx vertx, @Nullable Secret secret, InstantSource clock) {
    return ReplicatedTable.openMap(vertx, NONCES)
        .map(map -> new SignedCommands(vertx, secret, map, clock));
  }

  /** Commands refused since the start for what is wrong with their signature. */
  public long refused() {
    return refused.sum();
  }

  public boolean hasSecret() {
    return secret != null;
  }

  public Future<Buffer> wrap(String address, JsonObject command) {
    return vertx.executeBlocking(() -> sign(address, command).toBuffer());
  }

  /** The body for {@code address}; on a worker. */
  JsonObject sign(String address, JsonObject command) {
    return secret == null
        ? command
        : Envelope.sign(secret, address, command, clock.instant()).toJson();
  }

  /**
   * The command in a body; fails with a {@link CommandException}, which is logged. A nonce is used
   * once by each {@code receiver}: a member's name, or one for all when any of them may take it.
   */
  public Future<JsonObject> open(ReceivedBody received, String receiver) {
    Future<JsonObject> opened =
        secret == null
            ? vertx.executeBlocking(() -> plain(received))
            : vertx
                .executeBlocking(() -> verified(received, secret))
                .compose(verified -> claim(verified.envelope(), receiver).map(verified.command()));
    return opened.recover(
        failure -> {
          logRefusal(received, failure);
          return Future.failedFuture(failure);
        });
  }

  /** A command was refused: for its signature, or by what is to execute it. */
  public void logRefusal(ReceivedBody received, Throwable failure) {
    if (failure instanceof CommandException refusal) {
      if (refusal.code() == CommandException.UNSIGNED) {
        refused.increment();
      }
      log.refused(received, refusal.problems().get(0));
    }
  }

  private static JsonObject plain(ReceivedBody received) {
    JsonObject body = CommandBodies.object(received.body().get());
    if (Envelope.isMeantBy(body)) {
      throw new CommandException(CommandException.PROBLEMS, "this cluster has no secret");
    }
    return body;
  }

  /** An envelope whose signature and time are right, and what is in it. */
  private record Verified(Envelope envelope, JsonObject command) {}

  private Verified verified(ReceivedBody received, Secret secret) {
    Envelope envelope = Envelope.of(object(received.body().get()));
    if (!secret.verifies(envelope.signedText(received.address()), envelope.mac())) {
      throw refusal("mac", "the signature is wrong");
    }
    Duration behind = Duration.between(envelope.instant(), clock.instant());
    if (behind.abs().compareTo(MAX_AWAY) > 0) {
      throw refusal("time", envelope.time() + ", " + away(behind));
    }
    return new Verified(envelope, CommandBodies.object(envelope.signed()));
  }

  private static String away(Duration behind) {
    return behind.abs().toSeconds()
        + "s "
        + (behind.isNegative() ? "ahead of" : "behind")
        + " the clock of this member (expected: at most "
        + MAX_AWAY.toSeconds()
        + "s)";
  }

  /** A body that is no object is not signed either. */
  private static JsonObject object(@Nullable Object body) {
    try {
      return CommandBodies.object(body);
    } catch (CommandException e) {
      throw refusal("", e.problems().get(0).message());
    }
  }

  private Future<Void> claim(Envelope envelope, String receiver) {
    return nonces
        .putIfAbsent(receiver + "/" + envelope.nonce(), envelope.time(), CLAIM.toMillis())
        .recover(
            cause -> {
              String message = "it can't be claimed: " + cause;
              throw new CommandException(CommandException.NO_ANSWER, "nonce", message);
            })
        .compose(
            before ->
                before == null
                    ? Future.succeededFuture()
                    : Future.failedFuture(refusal("nonce", "it was used before")));
  }
}
