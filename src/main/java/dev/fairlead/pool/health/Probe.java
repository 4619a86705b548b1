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
final class Probe {
  static final String CLOSED = "connection closed";

  /**
   * A probe that ends so long after its time-out was not late by the backend's fault: this process
   * stood still.
   */
  static final Duration STOOD_STILL = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  private final ProbeLoop loop;
  private final Check check;
  private final Target target;
  private final Consumer<Outcome> done;
  private long startedAt;
  private ScheduledFuture<?> timeout;
  private int nextAddress;

  /** What the addresses make together; null = none failed. */
  private ConnectFailure failure;

  /** Closed, or left to a {@link Farewell}, by whoever sets it to null. */
  private Channel channel;

  private boolean over;

  /**
   * @param done is told the outcome, once, and nothing after {@link #cancel}
   */
  Probe(ProbeLoop loop, Check check, Target target, Consumer<Outcome> done) {
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
                () -> finish(Outcome.of(ConnectFailure.TIMED_OUT)),
                target.timeout().toNanos(),
                TimeUnit.NANOSECONDS);
    if (target.addresses().isEmpty()) {
      finish(Outcome.of(ConnectFailure.NAME_NOT_RESOLVED));
    } else {
      tryAddress();
    }
  }

  /** Ends a probe that was started; may be called twice. */
  void cancel() {
    over = true;
    timeout.cancel(false);
    abandon();
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
    check.install(channel.pipeline(), outcome -> tell(opened, outcome));
    channel.pipeline().addLast(new End());
  }

  private void connect(ChannelFuture registered, SocketAddress remote, InetSocketAddress local) {
    if (registered.channel() != channel) {
      return;
    }
    ChannelFuture connecting = registered.isSuccess() ? channel.connect(remote, local) : registered;
    connecting.addListener((ChannelFutureListener) this::answered);
  }

  /** A connection is the check's affair. */
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
      finish(Outcome.of(failure));
    }
  }

  private void tell(Channel from, Outcome outcome) {
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

  private void abandon() {
    Channel abandoned = channel;
    channel = null;
    if (abandoned == null) {
      return;
    }
    if (abandoned.isRegistered()) {
      Farewell.reset(abandoned);
    } else {
      abandoned.unsafe().closeForcibly();
    }
  }

  /** The end of the pipeline: what the check did not look at. */
  private final class End extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      tell(context.channel(), Outcome.failed(CLOSED));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof IOException) {
        tell(context.channel(), Outcome.failed("connection reset"));
      } else if (context.channel() == channel) {
        LOG.warn("a probe failed by our own fault", cause);
        tell(context.channel(), Outcome.inconclusive("internal error"));
      }
    }
  }
}
