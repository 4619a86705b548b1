package dev.fairlead.session;

import dev.fairlead.config.PoolConfig.Closing;
import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions of one backend or listener one after the other, evenly from {@code closeAfter} on
 * over {@code closeSpread}. On their event loop. When it ends the first is drawn by each, because
 * all loops of all members begin at the same time: few sessions of each would end together.
 *
 * <pre>
 * four sessions, closeAfter 10 s, closeSpread 8 s    every 2 s, the first between 10 s and 12 s
 * </pre>
 */
public final class GradualClose {
  private final List<Session> sessions;
  private final Whose whose;
  private final long start;
  private final long length;
  private final CloseReason reason;

  /** Of the time from one session to the next. */
  private final double phase = ThreadLocalRandom.current().nextDouble();

  private int ended;

  GradualClose(List<Session> sessions, Whose whose, long now, Closing closing, CloseReason reason) {
    this.sessions = sessions;
    this.whose = whose;
    this.start = now + closing.after().toNanos();
    this.length = Math.max(1, closing.spread().toNanos());
    this.reason = reason;
  }

  /** Whose sessions are meant: those of a backend, or of the listener of that name. */
  public record Whose(@Nullable Backend backend, @Nullable String listener) {
    public static Whose of(Backend backend) {
      return new Whose(backend, null);
    }

    public static Whose listener(String name) {
      return new Whose(null, name);
    }

    boolean has(Session session) {
      SessionAccount account = session.account();
      return backend == null
          ? account.rules().counters().listener().equals(listener)
          : account.isAt(backend);
    }
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

  boolean isPlanned(BiPredicate<Whose, CloseReason> planned) {
    return planned.test(whose, reason);
  }

  /** Ends those that are due and still at the backend; true when none is left. */
  boolean isOver(long now) {
    if (now < start) {
      return false;
    }
    double share = Math.min(1, (double) (now - start) / length);
    int due = (int) (share * sessions.size() + phase);
    for (; ended < due; ended++) {
      Session session = sessions.get(ended);
      if (whose.has(session)) {
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
