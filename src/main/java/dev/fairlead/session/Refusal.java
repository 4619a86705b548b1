package dev.fairlead.session;

import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.SocketTuning;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Refuses the client of a session. Unless that is to be a reset, the client gets a FIN and may take
 * a moment to close: a close at once would reset a client that has sent something, before it has
 * read the reply. On the session's event loop.
 */
final class Refusal implements Step {
  /** Raising it lets slower clients read the reply, lowering it frees descriptors earlier. */
  static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StepOwner owner;
  private final SessionAccount account;
  private final Destination destination;
  private final Side client;
  private final long deadline;

  Refusal(LoopContext loop, StepOwner owner, SessionAccount account, Side client) {
    this.owner = owner;
    this.account = account;
    this.destination = account.destination();
    this.client = client;
    this.deadline = loop.now() + LINGER_NANOS;
  }

  /** A limit leaves no room for it. */
  void forLimit(CloseReason why) {
    destination.listener().refused(why);
    if (destination.limiter().refuseWith() == RefuseWith.RST) {
      SocketTuning.resetOnClose(client.channel());
      owner.end(why);
    } else {
      linger(why);
    }
  }

  /** No backend takes the session; {@code failure} is null if there was none to try. */
  void notConnected(@Nullable ConnectFailure failure) {
    Replies replies = destination.pool().config().replies();
    if (failure == null) {
      destination.listener().refused(CloseReason.NO_BACKEND);
      reply(CloseReason.NO_BACKEND, replies.noBackend());
    } else {
      reply(CloseReason.of(failure), replies.connectFailed(failure.cause()));
    }
  }

  private void reply(CloseReason why, @Nullable String reply) {
    if (client.isGone()) {
      owner.end(why);
      return;
    }
    if (reply != null) {
      ByteBuf bytes = ByteBufUtil.writeUtf8(client.channel().alloc(), reply);
      account.replied(bytes.readableBytes());
      client.writeAndFlush(bytes);
    }
    linger(why);
  }

  private void linger(CloseReason why) {
    owner.linger(why, this);
    client.resume();
    client.whenFlushed();
  }

  @Override
  public long deadline() {
    return deadline;
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
