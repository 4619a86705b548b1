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
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An address that was taken, and the acceptors on it, one for every event loop that listens. Owned
 * by {@link Listeners}, which makes, starts and closes it.
 */
final class ListeningSocket {
  private final BindAddress bind;
  private final SocketAddress address;

  /**
   * Keeps others off the address until the acceptors are bound; null for a Unix socket or an
   * address that is ours.
   */
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
   * Takes an address. Touches the file system for a Unix socket, so not for an event loop.
   *
   * @param ours true when a listener of this process has an overlapping address, so that it can't
   *     be claimed
   * @throws IOException when somebody else has it, or it can't be had here
   */
  static ListeningSocket take(BindAddress bind, boolean ours) throws IOException {
    if (bind.isUnix()) {
      removeStale(Path.of(bind.unixPath()));
      return new ListeningSocket(bind, new DomainSocketAddress(bind.unixPath()), null);
    }
    InetSocketAddress wanted =
        new InetSocketAddress(InetAddress.getByName(bind.host()), bind.port());
    if (ours) {
      return new ListeningSocket(bind, wanted, null);
    }
    AddressClaim claim = AddressClaim.of(wanted);
    return new ListeningSocket(bind, claim.address(), claim);
  }

  /** With the real port. */
  SocketAddress address() {
    return address;
  }

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
   * Closes every acceptor when its queue is empty, and removes a Unix socket's file. Touches the
   * file system.
   */
  Future<Void> close() {
    return onEach(owned -> owned.verticle().close(owned.acceptor()))
        .map(
            done -> {
              leaveNothing();
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

  private Future<Void> onEach(Function<Owned, Future<Void>> step) {
    return Future.join(
            acceptors.stream()
                .map(owned -> owned.verticle().run(() -> step.apply(owned)).compose(f -> f))
                .toList())
        .mapEmpty();
  }

  private void leaveNothing() {
    try {
      releaseClaim();
      if (bind.isUnix()) {
        Files.deleteIfExists(Path.of(bind.unixPath()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file of a Unix socket that nobody listens on any more is in the way of a new one. */
  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw new IOException("there is something else of that name");
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      Files.delete(path);
      return;
    }
    throw new IOException("Address already in use");
  }
}
