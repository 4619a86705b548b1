package dev.fairlead.cluster.signing;

import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.cluster.signing.SignedCommands.Heard;
import dev.fairlead.config.Durations;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells members to shut down, and hears when this one is told. It is heard until the very end: a
 * second one, while the member drains, ends its sessions at once. Called on the cluster's context,
 * but for {@link #say}: any thread.
 */
public final class ShutdownSignal {
  static final String ADDRESS = "fairlead.shutdown";

  private static final Logger LOG = LoggerFactory.getLogger(ShutdownSignal.class);

  private final Vertx vertx;
  private final Supplier<MemberId> self;
  private final SignedCommands signed;

  /** Gets the grace, null = what the configuration says. */
  private final Consumer<Duration> obey;

  private MessageConsumer<Object> consumer;

  /**
   * @param self asked each time, since a member's name may change
   * @param obey is called each time this member is meant, with the grace or null when the signal
   *     leaves that to the member; must not block
   */
  public ShutdownSignal(
      Vertx vertx, Supplier<MemberId> self, SignedCommands signed, Consumer<Duration> obey) {
    this.vertx = vertx;
    this.self = self;
    this.signed = signed;
    this.obey = obey;
  }

  /** Succeeds when the whole cluster knows that this member listens. */
  public Future<Void> start() {
    consumer = vertx.eventBus().consumer(ADDRESS, this::heard);
    return consumer.completion();
  }

  public Future<Void> stop() {
    return consumer.unregister();
  }

  /**
   * Says {@code {member: id, name or "*", grace?}} to all members, this one included; signed where
   * there is a secret. Fails with a {@link CommandException} when the command is none.
   */
  public Future<Void> say(JsonObject command) {
    try {
      JsonObject body = CommandBodies.shutdown(command);
      BestEffortPublisher.publish(vertx, ADDRESS, signed.wrap(ADDRESS, body));
      return Future.succeededFuture();
    } catch (CommandException e) {
      return Future.failedFuture(e);
    }
  }

  private void heard(Message<Object> message) {
    Heard heard = Heard.of(message);
    signed
        // By its name, which a member keeps when it starts again while a command is still valid.
        .open(heard, self.get().name())
        .onSuccess(body -> obeyIfMeant(heard, body))
        .onFailure(failure -> notOpened(heard, failure));
  }

  private void obeyIfMeant(Heard heard, JsonObject body) {
    try {
      obeyIfMeant(CommandBodies.shutdown(body), heard.sender());
    } catch (CommandException refusal) {
      signed.tell(heard, refusal);
    }
  }

  private void obeyIfMeant(JsonObject command, String sender) {
    if (self.get().isMeantBy(command.getString("member"))) {
      String grace = command.getString("grace");
      LOG.info(
          "told to shut down by {}, grace {}", sender, grace == null ? "as configured" : grace);
      obey.accept(grace == null ? null : Durations.parse(grace).orElseThrow());
    }
  }

  /** What is refused was told by whoever refused it. */
  private static void notOpened(Heard heard, Throwable failure) {
    if (!(failure instanceof CommandException)) {
      LOG.error("{} from {} failed", ADDRESS, heard.sender(), failure);
    }
  }
}
