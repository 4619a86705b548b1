package dev.fairlead.session;

import dev.fairlead.config.PoolConfig.Closing;
import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions of one backend one after the other, evenly from {@code closeAfter} on over {@code
 * closeSpread}. On their event loop.
 *
 * <pre>
 * four sessions, closeAfter 10 s, closeSpread 8 s    one each at 10 s, 12 s, 14 s and 16 s
 * </pre>
 */
public final class GradualClose {
  private final List<Session> sessions;
  private final Backend backend;
  private final long start;
  private final long length;
  private final CloseReason reason;
  private int ended;

  GradualClose(
      List<Session> sessions, Backend backend, long now, Closing closing, CloseReason reason) {
    this.sessions = sessions;
    this.backend = backend;
    this.start = now + closing.after().toNanos();
    this.length = Math.max(1, closing.spread().toNanos());
    this.reason = reason;
  }

  /**
   * Which sessions of a backend may be ended gently: those that relay both ways, with nothing on
   * its way.
   *
   * @param most of them, the quietest first
   * @param minAge since the accept
   * @param quiet since the last byte
   * @param source the clients' addresses, null = they have none
   */
  public record Wanted(
      Backend backend,
      int most,
      Duration minAge,
      Duration quiet,
      Predicate<@Nullable SocketAddress> source) {
    boolean fits(Session session) {
      SessionAccount account = session.account();
      return account.isAt(backend)
          && session.quietNanos(minAge.toNanos()) >= quiet.toNanos()
          && source.test(account.client().source());
    }
  }

  /** A session of {@code loop} that may be ended gently. */
  public record QuietSession(SessionLoop loop, String id, long quietNanos) {}

  boolean isPlanned(BiPredicate<Backend, CloseReason> planned) {
    return planned.test(backend, reason);
  }

  /** Ends those that are due and still at the backend; true when none is left. */
  boolean isOver(long now) {
    if (now < start) {
      return false;
    }
    double share = Math.min(1, (double) (now - start) / length);
    int due = (int) Math.ceil(share * sessions.size());
    for (; ended < due; ended++) {
      Session session = sessions.get(ended);
      if (session.account().isAt(backend)) {
        end(session);
      }
    }
    return ended == sessions.size();
  }

  /** What the operator ends is at a backend that still works. */
  private void end(Session session) {
    if (reason == CloseReason.ADMIN && session.quietNanos(0) >= 0) {
      session.endGently(reason);
    } else {
      session.end(reason);
    }
  }
}
