package dev.fairlead.session;

import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.config.PoolConfig.Closing;
import dev.fairlead.net.PauseClock;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import dev.fairlead.session.GradualClose.QuietSession;
import dev.fairlead.session.GradualClose.Wanted;
import dev.fairlead.session.GradualClose.Whose;
import dev.fairlead.session.ListenerCounters.HeaderResult;
import dev.fairlead.session.ListenerRules.HeaderRules;
import dev.fairlead.session.limit.SessionCount;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits the clients of one event loop, and ends its sessions when that is asked for. Everything is
 * called on that loop, except {@link #eventLoop} and {@link #count}. Without {@link #tick} no
 * time-out ever ends a session.
 */
public final class SessionLoop {
  public static final Duration TICK = Duration.ofNanos(Deadlines.TICK_NANOS);

  /**
   * {@link #TICK} of a loop that {@link #isIdle}. Raising it finds a stuck loop later; lowering it
   * wakes every idle loop more often.
   */
  public static final Duration IDLE_TICK = Duration.ofSeconds(1);

  /** So every live session is met in 5 s, which is how often members report their bytes. */
  private static final int COUNTED_SLOTS =
      (int) (Deadlines.SLOTS / (Duration.ofSeconds(5).toNanos() / Deadlines.TICK_NANOS)) + 1;

  private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);

  private final PauseClock clock;
  private final LoopContext context;
  private final SessionCount count;
  private final RefusedClients refusedClients;
  private long opened;
  private int live;

  /** Of the wheel of deadlines, where {@link #countBytes} goes on. */
  private long nextSlot;

  private Runnable onRoom = () -> {};
  private Runnable onBusy = () -> {};

  /** As of the last tick; then nothing has a time-out until the next client. */
  private boolean idle;

  /** Null unless this loop drains. */
  private @Nullable DrainPlan drain;

  /** Backends whose sessions are being ended. */
  private final List<GradualClose> closes = new ArrayList<>();

  public SessionLoop(
      EventLoop eventLoop, Transport transport, SessionListener listener, Identity identity) {
    this(eventLoop, transport, listener, identity, new PauseClock());
  }

  SessionLoop(
      EventLoop eventLoop,
      Transport transport,
      SessionListener listener,
      Identity identity,
      PauseClock clock) {
    this.clock = clock;
    this.count = identity.count();
    this.context =
        new LoopContext(
            eventLoop,
            transport,
            listener,
            clock,
            new Deadlines(clock.getAsLong()),
            identity.idPrefix(),
            this::closed);
    this.refusedClients = new RefusedClients(eventLoop, transport, clock, count.max());
  }

  /**
   * Distinguishes the sessions of one loop from those of others, and counts them together.
   *
   * @param idPrefix starts the ids of the loop's sessions; different for every loop of every member
   * @param count shared by all loops of the member
   */
  public record Identity(String idPrefix, SessionCount count) {}

  /**
   * Makes a session of a client that was just accepted and is not registered yet, or refuses it.
   * Never throws: if there is a bug, the client is closed and nothing stays counted.
   */
  public void open(Channel client, ListenerRules rules) {
    if (idle) {
      wake();
    }
    SessionAccount account = new SessionAccount(rules, client.remoteAddress());
    try {
      CloseReason refusal = admit(account);
      if (refusal == null) {
        begin(client, account);
      } else {
        Refusal.count(account, refusal);
        refusedClients.add(client, rules.limiter().refuseWith());
      }
    } catch (RuntimeException | Error bug) {
      LOG.error("a client of listener {} is dropped", rules.counters().listener(), bug);
      account.close();
      Transport.discard(client);
    }
  }

  /**
   * Admits a client by its own address, except one whose PROXY header is to name another: of those
   * only the number is limited, here without the cost of a session, and exactly when the header is
   * waited for.
   *
   * @return why the client is refused, null = it is not
   */
  private static @Nullable CloseReason admit(SessionAccount account) {
    HeaderRules header = account.rules().header();
    if (header == null) {
      return account.admit();
    }
    if (header.isTrusted(account.client().peer())) {
      ListenerLimiter limiter = account.rules().limiter();
      return limiter.headers().isFull() ? Waiting.refusal(limiter) : null;
    }
    if (header.config().required()) {
      account.rules().counters().header(HeaderResult.UNTRUSTED);
      return CloseReason.PROXY_HEADER;
    }
    return account.admit();
  }

  private void begin(Channel client, SessionAccount account) {
    Session session = null;
    try {
      account.open(context.idPrefix(), opened++);
      session = new Session(context, account);
      live++;
      count.opened();
      context.configure(client, session.client());
      SocketTuning.accepted(client);
      ChannelFuture registered = context.eventLoop().register(client);
      if (registered.isDone()) {
        start(session, registered);
      } else {
        Session registering = session;
        registered.addListener(done -> start(registering, registered));
      }
    } catch (RuntimeException | Error bug) {
      if (session == null) {
        account.close();
        throw bug;
      }
      session.crashed(bug);
      // Unless it is registered, the session cannot close it.
      Transport.discard(client);
    }
  }

  private static void start(Session session, ChannelFuture registered) {
    try {
      if (registered.isSuccess()) {
        session.proceed();
      } else {
        session.end(CloseReason.INTERNAL);
      }
    } catch (RuntimeException | Error bug) {
      session.crashed(bug);
    }
  }

  /**
   * Acts on all deadlines that have passed, except after the process was stopped: what arrived
   * meanwhile is read first. To be called every {@link #TICK}, or {@link #IDLE_TICK} while idle.
   */
  public void tick() {
    clock.tick();
    if (live == 0) {
      closes.clear();
    }
    idle = live == 0 && refusedClients.isEmpty();
    if (idle || clock.isResuming()) {
      return;
    }
    long now = context.now();
    context.deadlines().turn(now);
    refusedClients.tick(now);
    if (drain != null) {
      endUntil(drain.mayLive(now));
    }
    closes.removeIf(each -> each.isOver(now));
    countBytes();
  }

  /** Adds to backends what some of the sessions have relayed; one that moves is met later. */
  private void countBytes() {
    context
        .deadlines()
        .forEach(nextSlot, COUNTED_SLOTS, entry -> ((Session) entry).account().countBytes());
    nextSlot += COUNTED_SLOTS;
  }

  /** Whether the last tick found nothing with a time-out, and no client has come since. */
  public boolean isIdle() {
    return idle;
  }

  /** Has {@code action} called, on this loop, when it is idle no longer. */
  public void onBusy(Runnable action) {
    onBusy = action;
  }

  private void wake() {
    idle = false;
    clock.restart();
    context.deadlines().turn(context.now());
    onBusy.run();
  }

  public EventLoop eventLoop() {
    return context.eventLoop();
  }

  /** Has {@code action} called, on this loop, when a full member has room again. */
  public void onRoom(Runnable action) {
    onRoom = action;
  }

  public SessionCount count() {
    return count;
  }

  public int live() {
    return live;
  }

  public List<SessionRecord> records() {
    return sessions(session -> true).stream().map(Session::record).toList();
  }

  /** Ends the session of that id for the operator; false = it is not here. */
  public boolean end(String id) {
    List<Session> found =
        id.startsWith(context.idPrefix())
            ? sessions(session -> session.account().id().equals(id))
            : List.of();
    found.forEach(session -> session.end(CloseReason.ADMIN));
    return !found.isEmpty();
  }

  /** Ends the live sessions one after the other, evenly over {@code time}, for the drain. */
  public void endOver(Duration time) {
    drain = new DrainPlan(live, context.now(), Math.max(1, time.toNanos()));
  }

  /**
   * Ends the sessions that are at a backend, or of a listener, now, one after the other, evenly
   * over {@code closing}; those that reach it later stay, and so do those that have moved to
   * another backend by then.
   */
  public void endThose(Whose whose, Closing closing, CloseReason reason) {
    List<Session> sessions = sessions(whose::has);
    if (!sessions.isEmpty()) {
      closes.add(new GradualClose(sessions, whose, context.now(), closing, reason));
    }
  }

  /** Those {@code wanted}, the quietest first. */
  public List<QuietSession> candidates(Wanted wanted) {
    return sessions(wanted::fits).stream()
        .map(each -> new QuietSession(this, each.account().id(), each.quietNanos(0)))
        .sorted(Comparator.comparingLong(QuietSession::quietNanos).reversed())
        .limit(wanted.most())
        .toList();
  }

  /** Ends those of {@code ids} that still fit, with a FIN to both peers; returns how many. */
  public int endGently(Set<String> ids, Wanted wanted, CloseReason why) {
    List<Session> found = sessions(each -> ids.contains(each.account().id()) && wanted.fits(each));
    found.forEach(each -> each.endGently(why));
    return found.size();
  }

  /** Takes back what {@link #endThose} has planned so: the sessions not yet ended stay. */
  public void keepThose(BiPredicate<Whose, CloseReason> planned) {
    closes.removeIf(each -> each.isPlanned(planned));
  }

  /** Ends all live sessions now, for the drain. */
  public void endAll() {
    endUntil(0);
  }

  private void closed() {
    live--;
    if (count.closed()) {
      onRoom.run();
    }
  }

  private void endUntil(int left) {
    List<Session> sessions = sessions(session -> true);
    for (int i = 0; i < sessions.size() - left; i++) {
      sessions.get(i).end(CloseReason.DRAIN);
    }
  }

  private List<Session> sessions(Predicate<Session> wanted) {
    List<Session> sessions = new ArrayList<>();
    context
        .deadlines()
        .forEach(
            entry -> {
              if (wanted.test((Session) entry)) {
                sessions.add((Session) entry);
              }
            });
    return sessions;
  }

  /** A shrinking number of sessions that may still live. */
  private record DrainPlan(int atStart, long start, long length) {
    int mayLive(long now) {
      long left = Math.max(0, start + length - now);
      return (int) ((double) atStart * left / length);
    }
  }
}
