package dev.fairlead.pool.health;

import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.SocketTuning;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
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
final class Probe {
  /**
   * A probe that ends so long after its time-out is inconclusive: this process was stopped. Raising
   * it blames backends for shorter pauses of this process; lowering it calls more probes
   * inconclusive on a busy machine.
   */
  static final Duration STOOD_STILL = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  private final ProbeLoop loop;
  private final Check check;
  private final Target target;
  private final Consumer<CheckResult> done;
  private long startedAt;

  /** Null before the start. */
  private @Nullable ScheduledFuture<?> timeout;

  private int nextAddress;

  /** Of the addresses tried so far; null if none has failed. */
  private @Nullable ConnectFailure failure;

  /** Must be closed, or left to a {@link TlsClose}, before it is set to null. */
  private @Nullable Channel channel;

  private boolean over;

  /**
   * @param done is called with the result once, and not after {@link #cancel}
   */
  Probe(ProbeLoop loop, Check check, Target target, Consumer<CheckResult> done) {
    this.loop = loop;
    this.check = check;
    this.target = target;
    this.done = done;
  }

  void start() {
    startedAt = loop.nanoTime().getAsLong();
    timeout =
        loop.eventLoop()
            .schedule(
                () -> finish(CheckResult.of(ConnectFailure.TIMED_OUT)),
                target.timeout().toNanos(),
                TimeUnit.NANOSECONDS);
    if (target.addresses().isEmpty()) {
      finish(CheckResult.of(ConnectFailure.NAME_NOT_RESOLVED));
    } else {
      tryAddress();
    }
  }

  /** Ends a probe that was started; may be called twice. */
  void cancel() {
    over = true;
    if (timeout != null) {
      timeout.cancel(false);
    }
    abandon();
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

  private void tryAddress() {
    SocketAddress remote = loop.transport().convert(target.addresses().get(nextAddress++));
    InetSocketAddress local = target.localAddress(remote);
    if (local == null && target.mustBind(remote)) {
      addressFailed(ConnectFailure.NO_LOCAL_PORT);
      return;
    }
    try {
      open(remote, local != null);
    } catch (RuntimeException e) {
      // No descriptor or no such socket family; nothing was opened.
      abandon();
      addressFailed(ConnectFailure.of(e));
      return;
    }
    loop.eventLoop()
        .register(channel)
        .addListener((ChannelFutureListener) registered -> connect(registered, remote, local));
  }

  private void open(SocketAddress remote, boolean fromFixedAddress) {
    channel = loop.transport().newChannel(remote);
    channel.config().setConnectTimeoutMillis(0);
    if (fromFixedAddress) {
      SocketTuning.sharingPorts(channel);
    }
    Channel opened = channel;
    check.install(channel.pipeline(), result -> report(opened, result));
    channel.pipeline().addLast(new End());
  }

  private void connect(
      ChannelFuture registered, SocketAddress remote, @Nullable InetSocketAddress local) {
    if (channel == null || registered.channel() != channel) {
      return;
    }
    ChannelFuture connecting = registered;
    if (registered.isSuccess()) {
      connecting = local == null ? channel.connect(remote) : channel.connect(remote, local);
    }
    connecting.addListener((ChannelFutureListener) this::answered);
  }

  /** A connection that was made is handled by the check. */
  private void answered(ChannelFuture connected) {
    if (connected.channel() == channel && !connected.isSuccess()) {
      abandon();
      addressFailed(ConnectFailure.of(connected.cause()));
    }
  }

  private void addressFailed(ConnectFailure why) {
    failure = why.after(failure);
    if (nextAddress < target.addresses().size()) {
      tryAddress();
    } else {
      finish(CheckResult.of(failure));
    }
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

  private void abandon() {
    Channel abandoned = channel;
    channel = null;
    if (abandoned == null) {
      return;
    }
    if (abandoned.isRegistered()) {
      TlsClose.reset(abandoned);
    } else {
      abandoned.unsafe().closeForcibly();
    }
  }

  /** The end of the pipeline: what the check has not handled. */
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
        LOG.warn("a probe failed by a fault of this process", cause);
        report(context.channel(), CheckResult.inconclusive("internal error"));
      }
    }
  }
}
