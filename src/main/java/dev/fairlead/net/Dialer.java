package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects to one of the addresses of a peer: tries them in turn within one time-out, of which each
 * address gets its share, so that one that drops packets leaves time for the next. Reports exactly
 * one outcome for each {@link #dial}, unless that is cancelled. On the event loop; may dial again
 * after an outcome.
 *
 * <p>It has no timer: its user must call {@link #expire} at {@link #deadline}, or an address that
 * never answers is never given up. After RFC 8305, section 5, but one connection at a time.
 */
public final class Dialer implements ChannelFutureListener {
  /** Raising it gives each address a longer round trip, lowering it tries more of many. */
  static final long SHORTEST_SHARE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /**
   * How long after the time-out an address may still be tried, for users whose timer is late.
   * Raising it connects more often, lowering it keeps the time-out more exactly.
   */
  static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long NEVER = Long.MAX_VALUE;

  private final EventLoop eventLoop;
  private final Transport transport;
  private final LongSupplier clock;
  private final DialEvents events;

  private List<SocketAddress> addresses = List.of();
  private int nextAddress;
  private List<InetAddress> sources = List.of();
  private long turn;

  /** What the addresses tried so far make together. */
  private @Nullable ConnectFailure failure;

  /** Of the attempt under way; closed here unless it was handed over as connected. */
  private @Nullable Channel channel;

  private long deadline;
  private long addressDeadline = NEVER;

  /** By {@link System#nanoTime}: the clock of the time-outs may stand still. */
  private long askedAt;

  /** What becomes of a dial. Called on the event loop. */
  public interface DialEvents {
    /** {@code channel} is about to be registered and connected: adds handlers and options. */
    void opened(Channel channel);

    /**
     * The last {@linkplain #opened opened} channel is connected, and the receiver's, {@code nanos}
     * after the connection to {@code address} was asked for.
     */
    void connected(SocketAddress address, long nanos);

    /** No address answered. */
    void failed(ConnectFailure failure);

    /** The dial ended by a bug, here or in another method of the receiver. */
    void crashed(Throwable bug);
  }

  public Dialer(EventLoop eventLoop, Transport transport, LongSupplier clock, DialEvents events) {
    this.eventLoop = eventLoop;
    this.transport = transport;
    this.clock = clock;
    this.events = events;
  }

  /**
   * @param peer tried in this order; empty = its name is not resolved
   * @param from local addresses to connect from, those of the peer's family in turn; empty = the
   *     kernel chooses
   * @param fromTurn which of them
   */
  public void dial(
      List<SocketAddress> peer, Duration timeout, List<InetAddress> from, long fromTurn) {
    addresses = peer;
    nextAddress = 0;
    sources = from;
    turn = fromTurn;
    failure = peer.isEmpty() ? ConnectFailure.NAME_NOT_RESOLVED : null;
    deadline = clock.getAsLong() + timeout.toNanos();
    tryNext();
  }

  /**
   * When {@link #expire} is to be called, by the clock given; {@link Long#MAX_VALUE} = not at all.
   * It never moves to an earlier time during one dial.
   */
  public long deadline() {
    return addressDeadline;
  }

  /** Gives up an address whose time is over; does nothing before {@link #deadline}. */
  public void expire(long now) {
    if (now >= addressDeadline) {
      abandon(false);
      addressFailed(ConnectFailure.TIMED_OUT);
      if (now - deadline >= GRACE_NANOS) {
        nextAddress = addresses.size();
      }
      tryNext();
    }
  }

  /** Ends the dial without an outcome; a peer that has accepted may get a reset. Idempotent. */
  public void cancel(boolean reset) {
    addressDeadline = NEVER;
    abandon(reset);
  }

  @Override
  public void operationComplete(ChannelFuture connected) {
    if (connected.channel() != channel) {
      return;
    }
    Channel opened = connected.channel();
    try {
      if (connected.isSuccess()) {
        channel = null;
        addressDeadline = NEVER;
        events.connected(addresses.get(nextAddress - 1), System.nanoTime() - askedAt);
      } else {
        abandon(false);
        addressFailed(ConnectFailure.of(connected.cause()));
        tryNext();
      }
    } catch (RuntimeException | Error bug) {
      cancel(false);
      Transport.discard(opened);
      events.crashed(bug);
    }
  }

  private void tryNext() {
    boolean trying = false;
    while (!trying && nextAddress < addresses.size()) {
      trying = tryAddress(transport.convert(addresses.get(nextAddress++)));
    }
    if (!trying) {
      addressDeadline = NEVER;
      events.failed(failure == null ? ConnectFailure.UNREACHABLE : failure);
    }
  }

  /** False = it failed at once. */
  private boolean tryAddress(SocketAddress remote) {
    boolean fixed = remote instanceof InetSocketAddress && !sources.isEmpty();
    InetSocketAddress local = fixed ? localAddress((InetSocketAddress) remote) : null;
    if (fixed && local == null) {
      addressFailed(ConnectFailure.NO_LOCAL_PORT);
      return false;
    }
    addressDeadline = shareEnd();
    Channel opened;
    try {
      opened = transport.newChannel(remote);
    } catch (RuntimeException noDescriptorOrFamily) {
      addressFailed(ConnectFailure.of(noDescriptorOrFamily));
      return false;
    }
    channel = opened;
    try {
      open(opened, remote, local);
    } catch (RuntimeException | Error bug) {
      cancel(false);
      events.crashed(bug);
    }
    return true;
  }

  /** Never before the last one of this dial, so that a timer set for that is not too late. */
  private long shareEnd() {
    int untried = addresses.size() - nextAddress + 1;
    if (addresses.size() == 1) {
      return deadline;
    }
    long now = clock.getAsLong();
    return now + Math.max(SHORTEST_SHARE_NANOS, (deadline - now) / untried);
  }

  private void open(Channel opened, SocketAddress remote, @Nullable InetSocketAddress local) {
    opened.config().setConnectTimeoutMillis(0);
    events.opened(opened);
    if (local != null) {
      SocketTuning.sharingPorts(opened);
    }
    ChannelFuture registered = eventLoop.register(opened);
    if (registered.isDone()) {
      connect(registered, remote, local);
    } else {
      registered.addListener(done -> connect(registered, remote, local));
    }
  }

  private void connect(
      ChannelFuture registered, SocketAddress remote, @Nullable InetSocketAddress local) {
    if (registered.channel() == channel) {
      askedAt = System.nanoTime();
      ChannelFuture connecting =
          registered.isSuccess() ? registered.channel().connect(remote, local) : registered;
      connecting.addListener(this);
    }
  }

  private void addressFailed(ConnectFailure why) {
    failure = why.after(failure);
  }

  private void abandon(boolean reset) {
    Channel abandoned = channel;
    channel = null;
    if (abandoned != null) {
      if (reset) {
        SocketTuning.resetOnClose(abandoned);
      }
      Transport.discard(abandoned);
    }
  }

  /** Null = none is of the remote's family. */
  private @Nullable InetSocketAddress localAddress(InetSocketAddress remote) {
    Class<?> family = remote.getAddress().getClass();
    List<InetAddress> usable =
        sources.stream().filter(address -> address.getClass() == family).toList();
    return usable.isEmpty()
        ? null
        : new InetSocketAddress(usable.get(Math.floorMod(turn, usable.size())), 0);
  }
}
