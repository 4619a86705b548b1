package dev.fairlead.session;

import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.admission.QueueingLimiter;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.net.ConnectFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Refuses the client of a session. Unless that is to be a reset, the client gets a FIN and may take
 * a moment to close: a close at once would reset a client that has sent something, before it has
 * read the reply. The same is done to both peers of a session that is ended gently. On the
 * session's event loop.
 */
final class Refusal implements Step {
  /** Raising it lets slower clients read the reply, lowering it frees descriptors earlier. */
  static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StepOwner owner;
  private final SessionAccount account;
  private final Side client;
  private final CloseReason why;
  private final @Nullable String reply;
  private final long deadline;
  private boolean resets;

  /** Not null = a session that relays is ended. */
  private @Nullable Side backend;

  private Refusal(
      LoopContext loop,
      StepOwner owner,
      SessionAccount account,
      Side client,
      CloseReason why,
      @Nullable String reply) {
    this.owner = owner;
    this.account = account;
    this.client = client;
    this.why = why;
    this.reply = reply;
    this.deadline = loop.now() + LINGER_NANOS;
  }

  /** The listener does not serve the client: for a limit, or for what it has sent. */
  static Refusal byListener(
      LoopContext loop, StepOwner owner, SessionAccount account, Side client, CloseReason why) {
    count(account, why);
    Refusal refusal = new Refusal(loop, owner, account, client, why, null);
    refusal.resets = account.rules().limiter().refuseWith() == RefuseWith.RST;
    return refusal;
  }

  /** No backend takes the session; {@code failure} is null if there was none to try. */
  static Refusal notConnected(
      LoopContext loop,
      StepOwner owner,
      SessionAccount account,
      Side client,
      @Nullable ConnectFailure failure) {
    Replies replies = account.destination().pool().config().replies();
    if (failure == null) {
      account.rules().counters().refused(CloseReason.NO_BACKEND);
      return new Refusal(loop, owner, account, client, CloseReason.NO_BACKEND, replies.noBackend());
    }
    String reply = replies.connectFailed(failure.cause());
    return new Refusal(loop, owner, account, client, CloseReason.of(failure), reply);
  }

  /**
   * Both peers of a session that relays, with nothing on its way, get a FIN and a moment to close.
   */
  static Refusal ofBoth(
      LoopContext loop,
      StepOwner owner,
      SessionAccount account,
      Side client,
      Side backend,
      CloseReason why) {
    Refusal refusal = new Refusal(loop, owner, account, client, why, null);
    refusal.backend = backend;
    return refusal;
  }

  /**
   * Counts a refused client at its listener and, if a limit refuses it, at that limit. To be called
   * at the moment of the refusal, because the limit that is full is looked up.
   */
  static void count(SessionAccount account, CloseReason why) {
    account.rules().counters().refused(why);
    ListenerLimiter listener = account.rules().limiter();
    switch (why) {
      case LIMIT_SOURCE -> listener.refusals().add(listener.sourcesKey(), why.label());
      case LIMIT_RATE -> listener.refusals().add(listener.rate().key(), why.label());
      case LIMIT_CONNECTIONS, QUEUE_FULL, QUEUE_TIMEOUT ->
          waitedFor(account, listener).refused(why.label());
      default -> {
        // No limit refuses it.
      }
    }
  }

  /** A client with a permit of the listener was refused one of its pool. */
  private static QueueingLimiter waitedFor(SessionAccount account, ListenerLimiter listener) {
    return account.isAdmitted() ? account.destination().poolLimiter() : listener;
  }

  @Override
  public void begin() {
    if (resets) {
      client.resetOnClose();
      owner.end(why);
    } else if (!client.channel().isActive()) {
      owner.end(why);
    } else {
      if (reply != null) {
        ByteBuf bytes = ByteBufUtil.writeUtf8(client.channel().alloc(), reply);
        account.replied(bytes.readableBytes());
        client.writeAndFlush(bytes);
      }
      owner.linger(why);
      client.resume();
      client.whenFlushed();
      if (backend != null) {
        backend.resume();
        backend.whenFlushed();
      }
    }
  }

  @Override
  public long deadline() {
    return backend == null ? deadline : deadline - LINGER_NANOS / 2;
  }

  @Override
  public void timedOut() {
    owner.end();
  }

  @Override
  public void cancel(boolean reset) {
    // It has taken nothing.
  }
}
