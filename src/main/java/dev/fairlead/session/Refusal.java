package dev.fairlead.session;

import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.net.ConnectFailure;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.TimeUnit;

/**
 * Turns the client of a session away. Unless that is to be a reset, it gets a FIN and may take a
 * moment to close: a close at once could reset it, before it has read why or said all. On the
 * session's event loop.
 */
final class Refusal implements Step {
  /** How long a client may take to close. */
  static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Session session;
  private final long deadline = System.nanoTime() + LINGER_NANOS;

  private Refusal(Session session) {
    this.session = session;
  }

  /** There is no place for it. */
  static void forLimit(Session session, CloseReason why) {
    Destination destination = session.destination();
    destination.listener().refused(why);
    if (destination.limiter().refuseWith() == RefuseWith.RST) {
      session.client().resetOnClose();
      session.end(why);
    } else {
      begin(session, why);
    }
  }

  /**
   * No backend took the session.
   *
   * @param failure of the last attempt, null = there was no backend to try
   */
  static void notConnected(Session session, ConnectFailure failure) {
    Replies replies = session.destination().pool().config().replies();
    if (failure == null) {
      session.destination().listener().refused(CloseReason.NO_BACKEND);
      reply(session, CloseReason.NO_BACKEND, replies.noBackend());
    } else {
      reply(session, CloseReason.of(failure), replies.connectFailed(failure.cause()));
    }
  }

  private static void reply(Session session, CloseReason why, String reply) {
    Relay client = session.client();
    if (reply == null || client.isGone()) {
      session.end(why);
    } else {
      client.say(ByteBufUtil.writeUtf8(client.channel().alloc(), reply));
      begin(session, why);
    }
  }

  private static void begin(Session session, CloseReason why) {
    session.refused(why, new Refusal(session));
    session.client().resume();
    session.client().whenFlushed();
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void timedOut() {
    session.end();
  }

  @Override
  public void cancel(boolean reset) {
    // It holds nothing.
  }
}
