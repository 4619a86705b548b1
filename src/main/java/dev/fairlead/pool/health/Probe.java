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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a check: connects to the first address that answers and installs the check, all within
 * one time-out. On the event loop of its {@link ProbeLoop}; used once.
 *
 * <p>The connection is reset at the end, so that no port stays in TIME_WAIT for a probe; only a
 * completed TLS handshake ends with a {@link TlsClose}, which may outlast the probe. A fault of
 * this machine is inconclusive.
 */
final class Probe implements Dialer.DialEvents {
  /**
   * A probe that ends this long after its time-out is late because this process was suspended.
   * Raising it blames more backends for that, lowering it excuses more that are slow.
   */
  static final Duration STOOD_STILL = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  private final ProbeLoop loop;
  private final Check check;
  private final ProbeTarget target;
  private final Consumer<CheckResult> done;
  private final Dialer dialer;
  private long startedAt;

  /** Of the whole probe; null before the start. */
  private @Nullable ScheduledFuture<?> timeout;

  /** Of the current address; null with a single one. */
  private @Nullable ScheduledFuture<?> share;

  /** The last one opened, for the check; null once it is left to a {@link TlsClose}. */
  private @Nullable Channel channel;

  private boolean over;

  /**
   * What one probe connects to, within {@code timeout} in all.
   *
   * @param addresses tried in turn; empty if the backend's name is not resolved
   * @param source local addresses, of which the first of the right family is used; empty = any
   */
  record ProbeTarget(List<SocketAddress> addresses, Duration timeout, List<InetAddress> source) {
    static ProbeTarget of(Backend backend, PoolConfig pool) {
      Integer port = pool.health().port();
      List<SocketAddress> addresses = backend.addresses();
      return new ProbeTarget(
          port == null ? addresses : addresses.stream().map(one -> withPort(one, port)).toList(),
          pool.health().timeout(),
          pool.connect().source());
    }

    private static SocketAddress withPort(SocketAddress address, int port) {
      return address instanceof InetSocketAddress inet
          ? new InetSocketAddress(inet.getAddress(), port)
          : address; // a Unix socket
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
    timeout =
        loop.eventLoop()
            .schedule(
                () -> finish(CheckResult.of(ConnectFailure.TIMED_OUT)),
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
    if (timeout != null) {
      timeout.cancel(false);
    }
    if (share != null) {
      share.cancel(false);
    }
    Channel abandoned = channel;
    channel = null;
    dialer.cancel(true);
    if (abandoned != null && abandoned.isRegistered()) {
      TlsClose.reset(abandoned);
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

  private void finish(CheckResult result) {
    if (over) {
      return;
    }
    long allowed = target.timeout().plus(STOOD_STILL).toNanos();
    boolean late = loop.nanoTime().getAsLong() - startedAt > allowed;
    cancel();
    done.accept(late ? CheckResult.inconclusive("this process stood still") : result);
  }

  @Override
  public void opened(Channel opened) {
    channel = opened;
    check.install(opened.pipeline(), result -> report(opened, result));
    opened.pipeline().addLast(new End());
  }

  /** The check continues from here. */
  @Override
  public void connected(SocketAddress address, long nanos) {}

  @Override
  public void failed(ConnectFailure failure) {
    finish(CheckResult.of(failure));
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
    if (result.conclusion() == CheckResult.Conclusion.PASSED && check.closesGracefully()) {
      channel = null;
      long spent = loop.nanoTime().getAsLong() - startedAt;
      TlsClose.start(loop.transport(), from, Math.max(0, target.timeout().toNanos() - spent));
    }
    finish(result);
  }

  /** The end of the pipeline: what the check did not consume. */
  private final class End extends ChannelInboundHandlerAdapter {
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
      } else if (context.channel() == channel) {
        crashed(cause);
      }
    }
  }
}
