package dev.fairlead.session;

import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds a backend for one session: selects, waits while all that it could have are full, connects,
 * and goes on to the next one when that fails. Lives from the session's start until a backend has
 * answered or none is left; on the session's event loop.
 *
 * <p>The session is counted at its backend from the selection on, and uncounted here when the
 * attempt fails. An attempt tries the addresses of one backend in turn, within one time-out.
 */
final class Connector implements ChannelFutureListener, Step {
  private final Session session;
  private final Pool pool;
  private List<Backend> tried = List.of();
  private Backend backend;
  private List<SocketAddress> addresses = List.of();
  private int nextAddress;

  /** Of the last attempt; null = none was made. */
  private ConnectFailure failure;

  /** What the addresses of this attempt make together; null = none failed. */
  private ConnectFailure addressFailure;

  /** Channel of the attempt under way; closed by whoever sets it to null. */
  private Channel channel;

  /** Null unless the session waits for a backend. */
  private BackendWaiting waiting;

  private Relay relay;
  private long askedAt;
  private long deadline = Long.MAX_VALUE;

  Connector(Session session, Pool pool) {
    this.session = session;
    this.pool = pool;
  }

  /** Tries the next backend, or tells the session that there is none. */
  void next() {
    SessionAccount account = session.account();
    if (account.attempts() >= pool.config().connect().attempts()) {
      Refusal.notConnected(session, failure);
    } else if (account.trySelect(tried)) {
      attempt();
    } else if (failure != null
        || account.poolLimiter().pool().pick(account.source(), tried) == null) {
      // Who has tried one does not wait: nobody behind it in the queue is so choosy.
      Refusal.notConnected(session, failure);
    } else {
      waiting = new BackendWaiting(session, this);
      session.lookBy(waiting.deadline());
      waiting.begin();
    }
  }

  /** Tries the backend that was just selected. */
  void attempt() {
    waiting = null;
    backend = session.account().backend();
    addresses = backend.addresses();
    nextAddress = 0;
    addressFailure = null;
    deadline = System.nanoTime() + pool.config().connect().timeout().toNanos();
    session.lookBy(deadline);
    if (addresses.isEmpty()) {
      attemptFailed(ConnectFailure.NAME_NOT_RESOLVED);
    } else {
      tryAddress();
    }
  }

  @Override
  public long deadline() {
    return waiting == null ? deadline : waiting.deadline();
  }

  @Override
  public void timedOut() {
    if (waiting != null) {
      waiting.timedOut();
      return;
    }
    abandon();
    attemptFailed(ConnectFailure.TIMED_OUT);
  }

  @Override
  public void cancel(boolean reset) {
    if (waiting != null) {
      waiting.cancel(reset);
    }
    if (reset && channel != null) {
      SocketTuning.resetOnClose(channel);
    }
    abandon();
  }

  @Override
  public void operationComplete(ChannelFuture connected) {
    session.guarded(() -> answered(connected));
  }

  private void answered(ChannelFuture connected) {
    if (connected.channel() != channel) {
      return;
    }
    if (connected.isSuccess()) {
      backend.worked(addresses.get(nextAddress - 1));
      channel = null;
      session.connected(relay, System.nanoTime() - askedAt);
    } else {
      abandon();
      addressFailed(ConnectFailure.of(connected.cause()));
    }
  }

  private void tryAddress() {
    SocketAddress remote = session.loop().transport().convert(addresses.get(nextAddress++));
    InetSocketAddress local = localAddress(remote);
    if (local == null && mustBind(remote)) {
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
    ChannelFuture registered = session.loop().eventLoop().register(channel);
    if (registered.isDone()) {
      connect(registered, remote, local);
    } else {
      registered.addListener(done -> connect(registered, remote, local));
    }
  }

  private void open(SocketAddress remote, boolean fromFixedAddress) {
    channel = session.loop().transport().newChannel(remote);
    relay = new Relay(session);
    session.loop().configure(channel, relay);
    channel.config().setConnectTimeoutMillis(0);
    if (fromFixedAddress) {
      SocketTuning.sharingPorts(channel);
    }
  }

  private void connect(ChannelFuture registered, SocketAddress remote, InetSocketAddress local) {
    if (registered.channel() != channel) {
      return;
    }
    askedAt = System.nanoTime();
    ChannelFuture connecting = registered.isSuccess() ? channel.connect(remote, local) : registered;
    connecting.addListener(this);
  }

  private void addressFailed(ConnectFailure why) {
    addressFailure = why.after(addressFailure);
    if (nextAddress < addresses.size()) {
      tryAddress();
    } else {
      attemptFailed(addressFailure);
    }
  }

  private void attemptFailed(ConnectFailure why) {
    failure = why;
    if (!why.isLocal()) {
      backend.failed();
      session.loop().listener().failed(pool, backend);
    }
    session.account().unselected();
    if (tried.isEmpty()) {
      tried = new ArrayList<>(pool.config().connect().attempts());
    }
    tried.add(backend);
    next();
  }

  private void abandon() {
    Channel abandoned = channel;
    channel = null;
    if (abandoned != null && abandoned.isRegistered()) {
      abandoned.close();
    } else if (abandoned != null) {
      abandoned.unsafe().closeForcibly();
    }
  }

  private boolean mustBind(SocketAddress remote) {
    return remote instanceof InetSocketAddress && !pool.config().connect().source().isEmpty();
  }

  /**
   * One of the configured source addresses of the remote's family, taken in turn; null = there is
   * none.
   */
  private InetSocketAddress localAddress(SocketAddress remote) {
    if (!mustBind(remote)) {
      return null;
    }
    Class<?> family = ((InetSocketAddress) remote).getAddress().getClass();
    List<InetAddress> usable =
        pool.config().connect().source().stream()
            .filter(address -> address.getClass() == family)
            .toList();
    return usable.isEmpty()
        ? null
        : new InetSocketAddress(
            usable.get(Math.floorMod(session.account().sequence(), usable.size())), 0);
  }
}
