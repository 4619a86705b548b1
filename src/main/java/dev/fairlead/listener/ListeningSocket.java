package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
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
import java.nio.file.Path;
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
  /** With the real port. */
  private final BindAddress bind;

  private final SocketAddress address;

  /** Keeps other processes off the address until the acceptors are bound; null for a path. */
  private final @Nullable AddressClaim claim;

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

  private ListeningSocket(BindAddress bind, SocketAddress address, @Nullable AddressClaim claim) {
    this.bind = bind;
    this.address = address;
    this.claim = claim;
  }

  /**
   * Claims an address, bound but not listening; a path is only tried. Touches the file system: not
   * on an event loop.
   *
   * @param ours overlapping addresses of this process, beside which it may be bound
   * @throws IOException if another process has it, or it can't be bound here
   */
  static ListeningSocket take(BindAddress bind, List<ListeningSocket> ours) throws IOException {
    if (bind.isUnix()) {
      UnixSocketFile.tryOut(Path.of(bind.unixPath()));
      return new ListeningSocket(bind, new DomainSocketAddress(bind.unixPath()), null);
    }
    String host = Objects.requireNonNull(bind.host());
    InetSocketAddress wanted = new InetSocketAddress(InetAddress.getByName(host), bind.port());
    for (ListeningSocket each : ours) {
      each.shareClaim();
    }
    AddressClaim claim = AddressClaim.of(wanted, !ours.isEmpty());
    InetSocketAddress address = claim.address();
    return new ListeningSocket(BindAddress.ip(host, address.getPort()), address, claim);
  }

  /**
   * Binds the acceptors, which do not accept yet, and releases the claim. If it fails some of them
   * may be bound, until {@link #close}.
   */
  Future<Void> open(DataPath dataPath, ListenerConfig config) {
    boolean shared = dataPath.transport().sharesListening(address);
    List<ListenerVerticle> verticles = dataPath.verticles();
    Future<Void> step = dataPath.vertx().executeBlocking(() -> beforeBinding(shared));
    for (ListenerVerticle verticle : shared ? verticles : verticles.subList(0, 1)) {
      List<SessionLoop> loops =
          (shared ? List.of(verticle) : verticles).stream().map(ListenerVerticle::loop).toList();
      step =
          step.compose(done -> verticle.run(() -> bind(dataPath, config, verticle, loops)))
              .compose(bound -> bound);
    }
    return step.compose(done -> dataPath.vertx().executeBlocking(this::releaseClaim));
  }

  private @Nullable Void beforeBinding(boolean shared) throws IOException {
    shareClaim();
    if (bind.isUnix()) {
      UnixSocketFile.makeWay(Path.of(bind.unixPath()));
    }
    // A socket without SO_REUSEPORT can't be bound beside the claim.
    return shared ? null : releaseClaim();
  }

  /** On the verticle's event loop. */
  private Future<Void> bind(
      DataPath dataPath,
      ListenerConfig config,
      ListenerVerticle verticle,
      List<SessionLoop> loops) {
    Transport transport = dataPath.transport();
    ServerChannel channel = transport.newServerChannel(address);
    Acceptor acceptor = new Acceptor(Snapshot.key(config), dataPath.snapshot(), loops, channel);
    // From here on close() closes the channel.
    acceptors.add(new OnLoop(verticle, acceptor));
    channel.config().setAutoRead(false);
    channel.config().setOption(ChannelOption.SO_BACKLOG, config.backlog());
    SocketTuning.listening(channel, address, transport.sharesListening(address));
    return verticle.open(acceptor, transport.convert(address));
  }

  Future<Void> start() {
    return onAcceptors(Acceptor::start);
  }

  Future<Void> backlog(int backlog) {
    return onAcceptors(acceptor -> acceptor.backlog(backlog));
  }

  /**
   * Closes every acceptor when its queue is empty, then releases the address, even if an acceptor
   * fails to close. Touches the file system.
   */
  Future<Void> close() {
    // A path that no acceptor was bound to may belong to another process.
    boolean bound = acceptors.stream().anyMatch(each -> each.acceptor().isBound());
    return onEach(each -> each.verticle().close(each.acceptor()))
        .eventually(() -> releaseAddress(bound));
  }

  private Future<Void> releaseAddress(boolean bound) {
    try {
      releaseClaim();
      if (bound && bind.isUnix()) {
        UnixSocketFile.removeIfStale(Path.of(bind.unixPath()));
      }
      return Future.succeededFuture();
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
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
