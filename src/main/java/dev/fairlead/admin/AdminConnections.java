package dev.fairlead.admin;

import dev.fairlead.net.LineLimit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of the admin listener: at most {@code max}, and a quarter of that from one source
 * address, so that they leave the descriptors of the data path alone. When there is no place for a
 * new connection, the one that has waited longest for a request is closed in its favour. So silent
 * connections keep nobody out, not even a health check from their own address. Only if all serve
 * permitted requests, the new connection is closed.
 *
 * <p>Accepted channels arrive on the acceptor's thread, requests on the event loop of the listener;
 * every method is short and may be called from any thread.
 */
final class AdminConnections extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AdminConnections.class);

  /**
   * From the accept to the end of the first request's head, with the TLS handshake. Raising it
   * tolerates slower clients, lowering it frees the places of silent ones earlier.
   */
  static final Duration FIRST_REQUEST = Duration.ofSeconds(10);

  /**
   * For the body of a request, and from a response to the end of the next request's head. Raising
   * it saves regular clients connections, lowering it frees the places of those that left earlier.
   */
  static final Duration NEXT_REQUEST = Duration.ofSeconds(60);

  /** Raising it makes fewer lines of a flood, lowering it shows its end sooner. */
  private static final Duration LOG_PAUSE = Duration.ofMinutes(1);

  /**
   * How often {@link #tick} must be called. Time is counted in ticks, so that time in which the
   * process was stopped counts for nobody.
   */
  static final Duration TICK = Duration.ofSeconds(1);

  private static final AttributeKey<Connection> OF =
      AttributeKey.valueOf(AdminConnections.class, "connection");

  /** What a connection is used for; those used for the first are closed first. */
  private enum Use {
    /** Waits for a request, or has one that is not permitted or not complete. */
    WAITING,
    /** Waits for nothing, but a client can open the stream again. */
    STREAMING,
    SERVING
  }

  private final int max;
  private final int share;
  private final LineLimit lines;
  private final Set<Connection> open = new HashSet<>();
  private long ticks;
  private long changes;

  /** {@code max} is at least 4; {@code nanoTime} is the clock of the log. */
  AdminConnections(int max, LongSupplier nanoTime) {
    this.max = max;
    this.share = max / 4;
    this.lines = new LineLimit(LOG_PAUSE, nanoTime);
  }

  /** The head of a request has arrived. */
  static void began(RoutingContext ctx) {
    of(ctx)
        .ifPresent(
            connection -> {
              connection.begin(ctx);
              ctx.addEndHandler(ended -> connection.use(ctx, Use.WAITING));
            });
  }

  /** The request is permitted and complete: its connection stays until the response has ended. */
  static void serving(RoutingContext ctx) {
    of(ctx).ifPresent(connection -> connection.use(ctx, Use.SERVING));
  }

  /** The response to a request that is being served does not end by itself. */
  static void streaming(RoutingContext ctx) {
    of(ctx).ifPresent(connection -> connection.use(ctx, Use.STREAMING));
  }

  private static Optional<Connection> of(RoutingContext ctx) {
    Channel channel = ((ConnectionBase) ctx.request().connection()).channel();
    return Optional.ofNullable(channel.attr(OF).get());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Channel channel = (Channel) message;
    if (channel.remoteAddress() instanceof InetSocketAddress remote
        && admit(channel, remote.getAddress(), ctx.channel())) {
      ctx.fireChannelRead(channel);
    } else {
      channel.unsafe().closeForcibly();
    }
  }

  private synchronized boolean admit(Channel channel, InetAddress source, Channel acceptor) {
    List<Connection> live = open.stream().filter(each -> !each.closing).toList();
    List<Connection> rivals = live.stream().filter(each -> each.source.equals(source)).toList();
    if (rivals.size() < share) {
      rivals = live.size() < max ? List.of() : live;
    }
    if (!rivals.isEmpty()) {
      noteFull(source);
      Optional<Connection> first =
          rivals.stream()
              .filter(each -> each.use != Use.SERVING)
              .min(
                  Comparator.<Connection, Use>comparing(each -> each.use)
                      .thenComparingLong(each -> each.changed));
      if (first.isEmpty()) {
        return false;
      }
      first.get().close();
    }
    Connection newcomer = new Connection(channel, source);
    open.add(newcomer);
    channel.attr(OF).set(newcomer);
    channel.closeFuture().addListener(closed -> remove(newcomer, acceptor));
    // Until those that were closed have given their descriptors back.
    acceptor.config().setAutoRead(open.size() <= max);
    return true;
  }

  private synchronized void remove(Connection closed, Channel acceptor) {
    open.remove(closed);
    if (open.size() == max) {
      acceptor.config().setAutoRead(true);
    }
  }

  private void noteFull(InetAddress newest) {
    OptionalLong leftOut = lines.next();
    if (leftOut.isPresent()) {
      LOG.warn(
          "node.admin.maxConnections: {} (at most {} from one address): connections were closed to"
              + " make room, {} since the last such line, now for {}",
          max,
          share,
          leftOut.getAsLong() + 1,
          newest.getHostAddress());
    }
  }

  /** Closes those that have waited too long for a request. */
  synchronized void tick() {
    ticks++;
    open.stream().filter(Connection::isOverdue).toList().forEach(Connection::close);
  }

  /** Its fields are guarded by the outer object. */
  private final class Connection {
    private final Channel channel;
    private final InetAddress source;

    /** Of {@link #changes}, when its use last changed. */
    private long changed = ++changes;

    /** The last tick that may find it waiting. */
    private long deadline = ticks + FIRST_REQUEST.dividedBy(TICK);

    private Use use = Use.WAITING;
    private boolean closing;

    /** The last one; with pipelining it may begin before the one before it is reported as ended. */
    private @Nullable RoutingContext request;

    private Connection(Channel channel, InetAddress source) {
      this.channel = channel;
      this.source = source;
    }

    private void begin(RoutingContext next) {
      synchronized (AdminConnections.this) {
        request = next;
        use(next, Use.WAITING);
      }
    }

    private void use(RoutingContext by, Use next) {
      synchronized (AdminConnections.this) {
        if (request == by) {
          use = next;
          changed = ++changes;
          deadline = ticks + NEXT_REQUEST.dividedBy(TICK);
        }
      }
    }

    /** One with a long response that is still being sent has the idle time-out. */
    private boolean isOverdue() {
      return use == Use.WAITING && ticks > deadline && channel.isWritable();
    }

    private void close() {
      closing = true;
      channel.close();
    }
  }
}
