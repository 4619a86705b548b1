package dev.fairlead.session;

import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.admission.SourceCount;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Backend;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All sessions of one event loop, and what they share there. Everything is called on that loop;
 * nothing is thread-safe but {@link #eventLoop}.
 */
public final class SessionLoop {
  /** How often {@link #tick} is to be called. */
  public static final Duration TICK = Duration.ofNanos(Deadlines.TICK_NANOS);

  /**
   * Where reading from one side pauses because the other does not take the bytes: with one read on
   * top, a client that never reads costs at most 192 KiB.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private static final int SMALLEST_READ = 64;
  private static final int FIRST_READ = 2048;

  /** Measured: with 64 KiB bulk costs 1.4 times the CPU, with 256 KiB no less. */
  private static final int LARGEST_READ = 128 * 1024;

  private static final RecvByteBufAllocator READ_SIZES =
      new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ);

  private final EventLoop eventLoop;
  private final Transport transport;
  private final SessionListener listener;
  private final SessionCount count;
  private final String idPrefix;
  private final TurnedAway turnedAway;
  private final Deadlines deadlines =
      new Deadlines(System.nanoTime(), entry -> ((Session) entry).due(System.nanoTime()));
  private long opened;
  private int live;
  private Spread spread;

  /** Backends that lose their sessions at the moment. */
  private final List<Ending> endings = new ArrayList<>();

  /** Called when a session of this loop has made room for another one of the member. */
  private Runnable onRoom = () -> {};

  public SessionLoop(
      EventLoop eventLoop, Transport transport, SessionListener listener, Identity identity) {
    this.eventLoop = eventLoop;
    this.transport = transport;
    this.listener = listener;
    this.count = identity.count();
    this.idPrefix = identity.idPrefix();
    this.turnedAway = new TurnedAway(eventLoop, transport);
  }

  /**
   * What tells one loop's sessions from another's, and counts them together.
   *
   * @param idPrefix starts the ids of the loop's sessions; different for every loop of every member
   * @param count shared by all loops of the member
   */
  public record Identity(String idPrefix, SessionCount count) {}

  /** Takes over, or turns away, a client that was just accepted and is registered nowhere yet. */
  public void open(Channel client, Destination destination) {
    ListenerLimiter limiter = destination.limiter();
    InetAddress address = addressOf(client);
    if (address != null && !destination.access().admits(address)) {
      turnAway(client, destination, CloseReason.DENIED);
      return;
    }
    SourceCount ofSource = limiter.sources().tryTake(address);
    if (ofSource == null) {
      turnAway(client, destination, CloseReason.LIMIT_SOURCE);
      return;
    }
    if (!limiter.rate().tryTake()) {
      ofSource.release();
      turnAway(client, destination, CloseReason.LIMIT_RATE);
      return;
    }
    boolean admitted = limiter.connections().tryTake();
    if (admitted || limiter.mayWait()) {
      Session session = new Session(this, destination, client, opened++);
      session.account().cameWith(ofSource, admitted);
      begin(client, session);
    } else {
      limiter.rate().putBack();
      ofSource.release();
      turnAway(client, destination, Waiting.full(limiter));
    }
  }

  private static InetAddress addressOf(Channel client) {
    return client.remoteAddress() instanceof InetSocketAddress socket ? socket.getAddress() : null;
  }

  private void turnAway(Channel client, Destination destination, CloseReason why) {
    destination.listener().refused(why);
    turnedAway.add(client, destination.limiter().refuseWith());
  }

  private void begin(Channel client, Session session) {
    live++;
    count.opened();
    try {
      configure(client, session.client());
      SocketTuning.accepted(client);
      ChannelFuture registered = eventLoop.register(client);
      if (registered.isDone()) {
        start(session, registered);
      } else {
        registered.addListener(done -> start(session, registered));
      }
    } catch (RuntimeException e) {
      // Not registered, so the session can't close it.
      client.unsafe().closeForcibly();
      session.failed(e);
    }
  }

  private static void start(Session session, ChannelFuture registered) {
    if (registered.isSuccess()) {
      session.start();
    } else {
      session.end(CloseReason.INTERNAL);
    }
  }

  /** To be called every {@link #TICK}: lets deadlines come due. */
  public void tick() {
    deadlines.turn(System.nanoTime());
    turnedAway.tick(System.nanoTime());
    if (spread != null) {
      endUntil(spread.mayLive(System.nanoTime()));
    }
    endings.removeIf(ending -> ending.isOver(System.nanoTime()));
  }

  public EventLoop eventLoop() {
    return eventLoop;
  }

  /** Has {@code action} called, on this loop, when a full member has room again. */
  public void onRoom(Runnable action) {
    onRoom = action;
  }

  /** The sessions of all loops of the member. */
  public SessionCount count() {
    return count;
  }

  public int live() {
    return live;
  }

  /** What there is to say of every live session. */
  public List<SessionRecord> records() {
    List<SessionRecord> records = new ArrayList<>(live);
    deadlines.forEach(entry -> records.add(((Session) entry).record()));
    return records;
  }

  /** Ends the session of that id for the operator; false = it is not here. */
  public boolean end(String id) {
    List<Session> found = new ArrayList<>(1);
    if (id.startsWith(idPrefix)) {
      deadlines.forEach(entry -> addIfNamed(found, (Session) entry, id));
    }
    found.forEach(session -> session.end(CloseReason.ADMIN));
    return !found.isEmpty();
  }

  /** Ends the live sessions one after the other, evenly over {@code time}, for the drain. */
  public void endOver(Duration time) {
    spread = new Spread(live, System.nanoTime(), Math.max(1, time.toNanos()));
  }

  /**
   * Ends the sessions that are at a backend now one after the other, evenly over {@code time};
   * those that come to it later stay, and so do those that have gone on to another one by then.
   */
  public void endThose(Backend backend, Duration time, CloseReason reason) {
    List<Session> sessions = new ArrayList<>();
    deadlines.forEach(entry -> addIfAt(sessions, (Session) entry, backend));
    if (!sessions.isEmpty()) {
      endings.add(new Ending(sessions, backend, time, reason));
    }
  }

  private static void addIfAt(List<Session> found, Session session, Backend backend) {
    if (session.account().isAt(backend)) {
      found.add(session);
    }
  }

  /** Ends all live sessions now, for the drain. */
  public void endAll() {
    endUntil(0);
  }

  Transport transport() {
    return transport;
  }

  SessionListener listener() {
    return listener;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  String id(long sequence) {
    return idPrefix + Long.toString(sequence, Character.MAX_RADIX);
  }

  /** What every channel of a session is set to. */
  void configure(Channel channel, Relay relay) {
    ChannelConfig config = channel.config();
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    config.setWriteBufferWaterMark(WATER_MARK);
    config.setRecvByteBufAllocator(READ_SIZES);
    channel.pipeline().addLast(relay);
    transport.readFromStart(channel);
  }

  void ended() {
    live--;
    if (count.closed()) {
      onRoom.run();
    }
  }

  private void endUntil(int left) {
    List<Session> sessions = new ArrayList<>();
    deadlines.forEach(entry -> sessions.add((Session) entry));
    for (int i = 0; i < sessions.size() - left; i++) {
      sessions.get(i).end(CloseReason.DRAIN);
    }
  }

  private static void addIfNamed(List<Session> found, Session session, String id) {
    if (session.account().id().equals(id)) {
      found.add(session);
    }
  }

  /** A shrinking number of sessions that may still live. */
  private record Spread(int atStart, long start, long length) {
    int mayLive(long now) {
      long left = Math.max(0, start + length - now);
      return (int) ((double) atStart * left / length);
    }
  }
}
