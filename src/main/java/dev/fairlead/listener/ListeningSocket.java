package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.net.AddressClaim;
import io.netty.channel.unix.DomainSocketAddress;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An address that was taken, and the acceptors on it, one for every event loop that listens. Owned
 * by {@link Listeners}, which makes, opens, starts and closes it.
 */
final class ListeningSocket {
  private final BindAddress bind;
  private final SocketAddress address;

  /** Keeps others off the address until the acceptors are bound; null for a Unix socket. */
  private final AddressClaim claim;

  private final List<Owned> acceptors = new ArrayList<>();

  /** An acceptor and the verticle on whose event loop it is. */
  private record Owned(ListenerVerticle verticle, Acceptor acceptor) {}

  private ListeningSocket(BindAddress bind, SocketAddress address, AddressClaim claim) {
    this.bind = bind;
    this.address = address;
    this.claim = claim;
  }

  /**
   * Takes an address, bound but not listening; that of a Unix socket is only tried. Touches the
   * file system for a Unix socket, so not for an event loop.
   *
   * @param ours overlapping addresses of this process that are no obstacle
   * @throws IOException when somebody else has it, or it can't be had here
   */
  static ListeningSocket take(BindAddress bind, List<ListeningSocket> ours) throws IOException {
    if (bind.isUnix()) {
      UnixSocketFile.tryOut(Path.of(bind.unixPath()));
      return new ListeningSocket(bind, new DomainSocketAddress(bind.unixPath()), null);
    }
    InetSocketAddress wanted =
        new InetSocketAddress(InetAddress.getByName(bind.host()), bind.port());
    for (ListeningSocket each : ours) {
      each.shareClaim();
    }
    AddressClaim claim = ours.isEmpty() ? AddressClaim.of(wanted) : AddressClaim.beside(wanted);
    return new ListeningSocket(bind, claim.address(), claim);
  }

  /** With the real port. */
  SocketAddress address() {
    return address;
  }

  /** Makes way for the acceptors of this process. Touches the file system. */
  void beforeOpening() throws IOException {
    shareClaim();
    if (bind.isUnix()) {
      UnixSocketFile.removeStale(Path.of(bind.unixPath()));
    }
  }

  /** {@code acceptor} is about to be bound here, and closed with this socket. */
  void add(ListenerVerticle verticle, Acceptor acceptor) {
    acceptors.add(new Owned(verticle, acceptor));
  }

  /** The acceptors are bound, so nobody else can get between. */
  void releaseClaim() throws IOException {
    if (claim != null) {
      claim.close();
    }
  }

  /** Begins to accept. */
  Future<Void> start() {
    return onEach(
        owned -> {
          owned.acceptor().start();
          return Future.succeededFuture();
        });
  }

  /** Changes the length of the kernel's queue. */
  Future<Void> backlog(int backlog) {
    return onEach(
        owned -> {
          owned.acceptor().backlog(backlog);
          return Future.succeededFuture();
        });
  }

  /**
   * Lets go of the address: closes every acceptor when its queue is empty, and removes a Unix
   * socket's file. Touches the file system.
   */
  Future<Void> close() {
    // A path that no acceptor was bound to may be somebody else's by now.
    boolean bound = acceptors.stream().anyMatch(owned -> owned.acceptor().isBound());
    return onEach(owned -> owned.verticle().close(owned.acceptor()))
        .map(
            done -> {
              leaveNothing(bound);
              return null;
            });
  }

  /** As the API shows it. */
  String shown() {
    return address instanceof InetSocketAddress inet
        ? BindAddress.ip(bind.host(), inet.getPort()).toString()
        : bind.toString();
  }

  /** True when the two can't be bound by different owners at once. */
  boolean overlaps(BindAddress other) {
    return address instanceof InetSocketAddress inet
        && BindAddress.ip(bind.host(), inet.getPort()).overlaps(other);
  }

  private void shareClaim() throws IOException {
    if (claim != null) {
      claim.share();
    }
  }

  private Future<Void> onEach(Function<Owned, Future<Void>> step) {
    return Future.join(
            acceptors.stream()
                .map(owned -> owned.verticle().run(() -> step.apply(owned)).compose(f -> f))
                .toList())
        .mapEmpty();
  }

  private void leaveNothing(boolean bound) {
    try {
      releaseClaim();
      if (bind.isUnix() && bound) {
        Files.deleteIfExists(Path.of(bind.unixPath()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
