package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.net.AcceptPauses;
import dev.fairlead.net.AddressClaim;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import dev.fairlead.session.SessionLoop;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One address of a listener: {@link #take} claims it, {@link #open} binds an acceptor on every
 * event loop over which the kernel spreads clients, {@link #start} accepts. Owned by {@link
 * Listeners}, which must {@link #close} it, else the address stays taken. One call at a time.
 */
final class ListeningSocket {
  /** In the snapshot. */
  private final String key;

  /** With the real port. */
  private final BindAddress bind;

  private final SocketAddress address;

  /** Keeps other processes off the address until the acceptors are bound; null for a path. */
  private final @Nullable AddressClaim claim;

  /** Null for an IP address. */
  private final @Nullable UnixSocketFile file;

  private final DataPath dataPath;

  private final List<OnLoop> acceptors = new ArrayList<>();

  private record OnLoop(ListenerVerticle verticle, Acceptor acceptor) {}

  /**
   * What all sockets of a process share.
   *
   * @param verticles deployed, one for every event loop
   * @param snapshot where acceptors look up the destination of a client
   */
  record DataPath(
      Vertx vertx,
      Transport transport,
      List<ListenerVerticle> verticles,
      Supplier<Snapshot> snapshot) {
    DataPath {
      verticles = List.copyOf(verticles);
    }
  }

  private ListeningSocket(
      DataPath dataPath,
      String key,
      BindAddress bind,
      SocketAddress address,
      @Nullable AddressClaim claim,
      @Nullable UnixSocketFile file) {
    this.dataPath = dataPath;
    this.key = key;
    this.bind = bind;
    this.address = address;
    this.claim = claim;
    this.file = file;
  }

  /**
   * Claims an address, bound but not listening, or a path, where no file is made yet. Touches the
   * file system: not on an event loop.
   *
   * @param key by which acceptors look up their clients' rules
   * @param bind one address, no range
   * @param ours overlapping addresses of this process, beside which it may be bound
   * @throws IOException if another process has it, or it can't be bound here
   */
  static ListeningSocket take(
      DataPath dataPath, String key, BindAddress bind, List<ListeningSocket> ours)
      throws IOException {
    BindAddress.UnixSocket unix = bind.unix();
    if (unix != null) {
      SocketAddress path = new DomainSocketAddress(unix.path());
      return new ListeningSocket(dataPath, key, bind, path, null, UnixSocketFile.take(unix));
    }
    String host = Objects.requireNonNull(bind.host());
    InetSocketAddress wanted = new InetSocketAddress(InetAddress.getByName(host), bind.port());
    for (ListeningSocket each : ours) {
      each.shareClaim();
    }
    AddressClaim claim = AddressClaim.of(wanted, !ours.isEmpty());
    InetSocketAddress address = claim.address();
    BindAddress real = BindAddress.ip(host, address.getPort());
    return new ListeningSocket(dataPath, key, real, address, claim, null);
  }

  /**
   * Binds the acceptors, which do not accept yet, and releases the claim. If it fails some of them
   * may be bound, until {@link #close}.
   *
   * @param pauses of all addresses of the listener
   */
  Future<Void> open(int backlog, AcceptPauses pauses) {
    boolean shared = dataPath.transport().sharesListening(address);
    return dataPath
        .vertx()
        .executeBlocking(() -> beforeBinding(shared))
        .compose(local -> bindAll(backlog, local, shared, pauses))
        .compose(done -> dataPath.vertx().executeBlocking(this::afterBinding));
  }

  /** Returns the address to bind, which for a path is not yet the final one. */
  private SocketAddress beforeBinding(boolean shared) throws IOException {
    if (file != null) {
      return new DomainSocketAddress(file.stage().toFile());
    }
    shareClaim();
    if (!shared) {
      releaseClaim(); // A socket without SO_REUSEPORT can't be bound beside the claim.
    }
    return address;
  }

  private Future<Void> bindAll(
      int backlog, SocketAddress local, boolean shared, AcceptPauses pauses) {
    List<ListenerVerticle> verticles = dataPath.verticles();
    Future<Void> step = Future.succeededFuture();
    for (ListenerVerticle verticle : shared ? verticles : verticles.subList(0, 1)) {
      List<SessionLoop> loops =
          (shared ? List.of(verticle) : verticles).stream().map(ListenerVerticle::loop).toList();
      step =
          step.compose(done -> verticle.run(() -> bind(backlog, local, verticle, loops, pauses)))
              .compose(bound -> bound);
    }
    return step;
  }

  /** On the verticle's event loop. */
  private Future<Void> bind(
      int backlog,
      SocketAddress local,
      ListenerVerticle verticle,
      List<SessionLoop> loops,
      AcceptPauses pauses) {
    Transport transport = dataPath.transport();
    ServerChannel channel = transport.newServerChannel(local);
    Acceptor acceptor = new Acceptor(key, dataPath.snapshot(), loops, channel, pauses);
    // From here on close() closes the channel.
    acceptors.add(new OnLoop(verticle, acceptor));
    channel.config().setAutoRead(false);
    channel.config().setOption(ChannelOption.SO_BACKLOG, backlog);
    SocketTuning.listening(channel, local, transport.sharesListening(local));
    return verticle.open(acceptor, transport.convert(local));
  }

  private @Nullable Void afterBinding() throws IOException {
    if (file != null) {
      file.publish();
    }
    return releaseClaim();
  }

  /** Gives the file of a Unix socket the owner, group and mode of {@code changed}. */
  Future<Void> access(BindAddress.UnixSocket changed) {
    return dataPath
        .vertx()
        .executeBlocking(
            () -> {
              if (file != null) {
                file.access(changed);
              }
              return null;
            });
  }

  Future<Void> start() {
    return onAcceptors(Acceptor::start);
  }

  Future<Void> backlog(int backlog) {
    return onAcceptors(acceptor -> acceptor.backlog(backlog));
  }

  /**
   * Closes every acceptor when its queue is empty, then releases the address, even if an acceptor
   * fails to close.
   */
  Future<Void> close() {
    return onEach(each -> each.verticle().close(each.acceptor()))
        .eventually(() -> dataPath.vertx().executeBlocking(this::release));
  }

  private @Nullable Void release() throws IOException {
    if (file != null) {
      file.close();
    }
    return releaseClaim();
  }

  /** With the real port. */
  String shown() {
    return bind.toString();
  }

  /** Whether two processes can't bind this and {@code other} at the same time. */
  boolean overlaps(BindAddress other) {
    return !bind.isUnix() && bind.overlaps(other);
  }

  private void shareClaim() throws IOException {
    if (claim != null) {
      claim.share();
    }
  }

  private @Nullable Void releaseClaim() throws IOException {
    if (claim != null) {
      claim.close();
    }
    return null;
  }

  private Future<Void> onAcceptors(Consumer<Acceptor> action) {
    return onEach(
        each -> {
          action.accept(each.acceptor());
          return Future.succeededFuture();
        });
  }

  private Future<Void> onEach(Function<OnLoop, Future<Void>> step) {
    return Future.join(
            acceptors.stream()
                .map(each -> each.verticle().run(() -> step.apply(each)).compose(done -> done))
                .toList())
        .mapEmpty();
  }
}
