package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.Dialer;
import dev.fairlead.pool.Backend;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a check: connects to the first address that answers and hands the connection to the
 * check, all within one time-out. On the event loop of its {@link ProbeLoop}; used once.
 *
 * <p>The connection is reset at the end, so that no port stays in TIME_WAIT for a probe; only after
 * a completed TLS handshake there is a {@link Farewell}, which may outlast the probe. What goes
 * wrong on this machine is inconclusive.
 */
final class Probe implements Dialer.DialEvents {
  /**
   * A probe that ends so long after its time-out was late because this process stood still. Raising
   * it blames more backends for that, lowering it excuses more that are slow.
   */
  static final Duration STOOD_STILL = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  private final ProbeLoop loop;
  private final Check check;
  private final Target target;
  private final Consumer<Outcome> done;
  private final Dialer dialer;
  private long startedAt;

  /** The end of the probe. */
  private ScheduledFuture<?> timeout;

  /** The end of an address's share of the time; null where there is one address. */
  private ScheduledFuture<?> share;

  /** Opened last, for the check; left to a {@link Farewell} by setting it to null. */
  private Channel channel;

  private boolean over;

  /**
   * What one probe connects to.
   *
   * @param addresses tried in turn; empty = the backend's name is not resolved
   * @param timeout of the whole probe
   * @param source local addresses to connect from, the first of the right family; empty = the
   *     kernel chooses
   */
  record Target(List<SocketAddress> addresses, Duration timeout, List<InetAddress> source) {

    /** As {@code pool} has its backends probed; the addresses are those known now. */
    static Target of(Backend backend, PoolConfig pool) {
      Integer port = pool.health().port();
      List<SocketAddress> addresses = backend.addresses();
      return new Target(
          port == null ? addresses : addresses.stream().map(one -> withPort(one, port)).toList(),
          pool.health().timeout(),
          pool.connect().source());
    }

    /** A Unix socket has no port. */
    private static SocketAddress withPort(SocketAddress address, int port) {
      return address instanceof InetSocketAddress inet
          ? new InetSocketAddress(inet.getAddress(), port)
          : address;
    }
  }

  /**
   * @param done gets the outcome, once, and nothing after {@link #cancel}
   */
  Probe(ProbeLoop loop, Check check, Target target, Consumer<Outcome> done) {
    this.loop = loop;
    this.check = check;
    this.target = target;
    this.done = done;
    this.dialer = new Dialer(loop.eventLoop(), loop.transport(), loop.nanoTime(), this);
  }

  void start() {
    startedAt = loop.nanoTime().getAsLong();
    timeout =
        loop.eventLoop()
            .schedule(
                () -> finish(Outcome.of(ConnectFailure.TIMED_OUT)),
                target.timeout().toNanos(),
                TimeUnit.NANOSECONDS);
    dialer.dial(target.addresses(), target.timeout(), target.source(), 0);
    if (target.addresses().size() > 1) {
      scheduleShare();
    }
  }

  /** Ends a probe that was started; may be called twice. */
  void cancel() {
    over = true;
    timeout.cancel(false);
    if (share != null) {
      share.cancel(false);
    }
    Channel abandoned = channel;
    channel = null;
    dialer.cancel(true);
    if (abandoned != null && abandoned.isRegistered()) {
      Farewell.reset(abandoned);
    }
  }

  private void scheduleShare() {
    if (!over && dialer.deadline() != Long.MAX_VALUE) {
      long wait = dialer.deadline() - loop.nanoTime().getAsLong();
      share = loop.eventLoop().schedule(this::expireShare, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void expireShare() {
    dialer.expire(loop.nanoTime().getAsLong());
    scheduleShare();
  }

  private void finish(Outcome outcome) {
    if (over) {
      return;
    }
    long allowed = target.timeout().plus(STOOD_STILL).toNanos();
    boolean late = loop.nanoTime().getAsLong() - startedAt > allowed;
    cancel();
    done.accept(late ? Outcome.inconclusive("this process stood still") : outcome);
  }

  @Override
  public void opened(Channel opened) {
    channel = opened;
    check.install(opened.pipeline(), outcome -> report(opened, outcome));
    opened.pipeline().addLast(new End());
  }

  /** The check continues from here. */
  @Override
  public void connected(SocketAddress address, long nanos) {}

  @Override
  public void failed(ConnectFailure failure) {
    finish(Outcome.of(failure));
  }

  @Override
  public void crashed(Throwable bug) {
    LOG.warn("a probe failed by our own fault", bug);
    finish(Outcome.inconclusive("internal error"));
  }

  private void report(Channel from, Outcome outcome) {
    if (from != channel) {
      return;
    }
    if (outcome.kind() == Outcome.Kind.WELL && check.saysFarewell()) {
      channel = null;
      long spent = loop.nanoTime().getAsLong() - startedAt;
      Farewell.say(loop.transport(), from, Math.max(0, target.timeout().toNanos() - spent));
    }
    finish(outcome);
  }

  /** The end of the pipeline: what the check did not consume. */
  private final class End extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      report(context.channel(), Outcome.failed(Check.CLOSED));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof IOException) {
        report(context.channel(), Outcome.failed("connection reset"));
      } else if (context.channel() == channel) {
        crashed(cause);
      }
    }
  }
}
