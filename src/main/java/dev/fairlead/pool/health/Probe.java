package dev.fairlead.pool.health;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import dev.fairlead.config.ProxyProtocolConfig.Version;
import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.Dialer;
import dev.fairlead.net.proxy.ProxyHeader;
import dev.fairlead.net.proxy.ProxyHeaderWriter;
import dev.fairlead.pool.Backend;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
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
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a check against the addresses of one backend: tries them in turn within one time-out,
 * of which each gets its share, until the check passes at one. On the event loop of its {@link
 * ProbeLoop}; used once.
 *
 * <p>A connection is reset at the end, so that no port stays in TIME_WAIT for a probe; only a
 * completed TLS handshake, and one that has passed where the configuration has it so, ends with a
 * {@link ProbeClose}, which may outlast the probe. A fault of this machine is inconclusive.
 */
final class Probe implements Dialer.DialEvents {
  /**
   * A probe that fails this long after its time-out is late because this process was suspended.
   * Raising it blames more backends for that, lowering it excuses more that are slow.
   */
  static final Duration STOOD_STILL = Duration.ofMillis(500);

  /**
   * The longest that a suspended process reads before it judges. Raising it delays the next probe,
   * lowering it loses answers of backends that were not at fault.
   */
  private static final Duration SETTLING = Duration.ofSeconds(1);

  /** A timer that is later than this shows a suspension; what it trades is as for that time. */
  private static final Duration TIMER_LATE = Duration.ofMillis(100);

  /** Enough for the event loop to read what the kernel has. */
  private static final Duration ONE_TURN = Duration.ofMillis(1);

  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  private final ProbeLoop loop;
  private final Check check;
  private final ProbeTarget target;
  private final Consumer<CheckResult> done;
  private final Dialer dialer;
  private long startedAt;

  /** Of the next address to try. */
  private int next;

  /** What the addresses tried so far make together. */
  private @Nullable CheckResult failure;

  /** Of the current address; null before the start. */
  private @Nullable ScheduledFuture<?> timer;

  /** Of the current address; null between two, and once it is left to a {@link ProbeClose}. */
  private @Nullable Channel channel;

  /** Whether the current address was given up late, and the time granted in addition so far. */
  private boolean stoodStill;

  private long settlingNanos;
  private boolean over;

  /**
   * What one probe connects to, within {@code timeout} in all.
   *
   * @param addresses tried in turn, as sessions do; empty if the backend's name is not resolved
   * @param port null = that of the addresses
   */
  record ProbeTarget(
      Backend backend,
      List<SocketAddress> addresses,
      @Nullable Integer port,
      Duration timeout,
      ProbeConnection connection) {
    static ProbeTarget of(Backend backend, PoolConfig pool) {
      return new ProbeTarget(
          backend,
          backend.addresses(),
          pool.health().port(),
          pool.health().timeout(),
          new ProbeConnection(
              pool.connect().source(),
              pool.proxyProtocol(),
              pool.health().end() == HealthConfig.End.FIN));
    }

    /**
     * How the connections of a probe begin and end.
     *
     * @param source local addresses, of which the first of the right family is used; empty = any
     * @param header the one that those of sessions begin with
     */
    record ProbeConnection(
        List<InetAddress> source, @Nullable SendProxy header, boolean endsWithFin) {}

    private SocketAddress probed(int index) {
      return port != null && addresses.get(index) instanceof InetSocketAddress inet
          ? new InetSocketAddress(inet.getAddress(), port)
          : addresses.get(index);
    }
  }

  /** {@code done} gets the result once, and not after {@link #cancel}. */
  Probe(ProbeLoop loop, Check check, ProbeTarget target, Consumer<CheckResult> done) {
    this.loop = loop;
    this.check = check;
    this.target = target;
    this.done = done;
    this.dialer = new Dialer(loop.eventLoop(), loop.transport(), loop.nanoTime(), this);
  }

  void start() {
    startedAt = loop.nanoTime().getAsLong();
    tryNext();
  }

  /** Ends a probe that was started; may be called twice. */
  void cancel() {
    over = true;
    abandon();
  }

  private void tryNext() {
    int untried = target.addresses().size() - next;
    if (untried == 0) {
      finish(failure == null ? CheckResult.of(ConnectFailure.NAME_NOT_RESOLVED) : failure);
      return;
    }
    Duration share = Duration.ofNanos(nanosLeft() / untried);
    long dueAt = loop.nanoTime().getAsLong() + share.toNanos();
    timer = schedule(() -> expire(dueAt), share);
    dialer.dial(List.of(target.probed(next++)), share, target.connection().source(), 0);
  }

  /** A timer may be due before the answer that the kernel has is read: reads, then judges. */
  private void expire(long dueAt) {
    stoodStill = isLate();
    boolean suspended = loop.nanoTime().getAsLong() - dueAt > TIMER_LATE.toNanos();
    Duration wait = suspended ? SETTLING : ONE_TURN;
    settlingNanos += wait.toNanos();
    timer = schedule(() -> addressFailed(CheckResult.of(ConnectFailure.TIMED_OUT)), wait);
  }

  private void addressFailed(CheckResult result) {
    if (over) {
      return;
    }
    abandon();
    boolean hidesNothing = result.conclusion() == CheckResult.Conclusion.FAILED || failure == null;
    failure = hidesNothing ? result : failure;
    if (stoodStill || isLate()) {
      finish(CheckResult.inconclusive("this process stood still"));
    } else {
      tryNext();
    }
  }

  private void finish(CheckResult result) {
    if (!over) {
      cancel();
      done.accept(result);
    }
  }

  private void abandon() {
    if (timer != null) {
      timer.cancel(false);
    }
    Channel abandoned = channel;
    channel = null;
    dialer.cancel(true);
    if (abandoned != null && abandoned.isRegistered()) {
      ProbeClose.reset(abandoned);
    }
  }

  private ScheduledFuture<?> schedule(Runnable action, Duration delay) {
    return loop.eventLoop().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private boolean isLate() {
    return spentNanos() - settlingNanos > target.timeout().plus(STOOD_STILL).toNanos();
  }

  private long nanosLeft() {
    return Math.max(0, target.timeout().toNanos() - spentNanos());
  }

  private long spentNanos() {
    return loop.nanoTime().getAsLong() - startedAt;
  }

  @Override
  public void opened(Channel opened) {
    channel = opened;
    SendProxy header = target.connection().header();
    if (header != null) {
      opened.pipeline().addLast(new LocalHeader(header.version()));
    }
    check.install(opened.pipeline(), result -> report(opened, result));
    opened.pipeline().addLast(new PipelineEnd());
  }

  /** The check continues from here. */
  @Override
  public void connected(SocketAddress address, long nanos) {}

  @Override
  public void failed(ConnectFailure failed) {
    addressFailed(CheckResult.of(failed));
  }

  @Override
  public void crashed(Throwable bug) {
    LOG.warn("a probe failed by a fault of this process", bug);
    finish(CheckResult.inconclusive("internal error"));
  }

  private void report(Channel from, CheckResult result) {
    if (from != channel) {
      return;
    }
    if (result.conclusion() != CheckResult.Conclusion.PASSED) {
      addressFailed(result);
      return;
    }
    if (check.closesGracefully() || target.connection().endsWithFin()) {
      channel = null;
      ProbeClose.start(loop.transport(), from, nanosLeft());
    }
    // Sessions begin with the address that works, too.
    target.backend().worked(target.addresses().get(next - 1));
    finish(result);
  }

  /** Says that the connection is for no client, before the check begins. */
  private static final class LocalHeader extends ChannelInboundHandlerAdapter {
    private final Version version;

    LocalHeader(Version version) {
      this.version = version;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      ByteBuf bytes = context.alloc().buffer();
      ProxyHeader none = version == Version.V1 ? ProxyHeader.v1(null, null) : ProxyHeader.local();
      ProxyHeaderWriter.write(none, bytes);
      context.writeAndFlush(bytes);
      context.fireChannelActive();
    }
  }

  /** The end of the pipeline: what the check did not consume. */
  private final class PipelineEnd extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      report(context.channel(), CheckResult.CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof IOException) {
        report(context.channel(), CheckResult.failed("connection reset"));
      } else if (cause instanceof DecoderException && cause.getCause() instanceof SSLException) {
        report(context.channel(), CheckResult.failed("TLS failed"));
      } else if (context.channel() == channel) {
        crashed(cause);
      }
    }
  }
}
