package dev.fairlead.listener;

import dev.fairlead.config.BindAddress.UnixSocket;
import dev.fairlead.net.PathClaim;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket that we listen on, claimed until {@link #close}. The socket is bound in
 * a directory that only this user can enter, gets its owner, group and mode there, and then its
 * real name: so nobody can connect whom the mode does not permit. Removes a file only if it is a
 * stream socket that refuses connections, which no process listens on.
 *
 * <p>Touches the file system, but never waits for another process: not on an event loop. One call
 * at a time.
 */
final class UnixSocketFile {
  /** Of {@code st_mode}, see inode(7). */
  private static final int TYPE_MASK = 0170000;

  private static final int SOCKET = 0140000;

  /** Of the private directory: short, because a socket address has room for 107 bytes. */
  private static final int RADIX = 36;

  private static final int DIRECTORIES = RADIX * RADIX * RADIX * RADIX * RADIX;

  private static final int ATTEMPTS = 10;

  private final UnixSocket wanted;
  private final Path path;
  private final PathClaim claim;
  private @Nullable Path staged;
  private boolean published;

  private UnixSocketFile(UnixSocket wanted, PathClaim claim) {
    this.wanted = wanted;
    this.path = Path.of(wanted.path());
    this.claim = claim;
  }

  /**
   * Claims the path of {@code wanted}; leaves no file there.
   *
   * @throws IOException if there is a file that is not stale, another process has claimed the path,
   *     or no such socket can be made there
   */
  static UnixSocketFile take(UnixSocket wanted) throws IOException {
    PathClaim claim = PathClaim.of(Path.of(wanted.path()));
    try {
      makeWay(Path.of(wanted.path()));
      tryOut(wanted);
      return new UnixSocketFile(wanted, claim);
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  /** Fails if no socket with this owner, group and mode can be made beside the path. */
  static void tryOut(UnixSocket wanted) throws IOException {
    Path aside = privateSibling(Path.of(wanted.path()));
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.bind(UnixDomainSocketAddress.of(aside));
      UnixAccess.give(aside, wanted, directoryOf(aside));
    } finally {
      removeStaged(aside);
    }
  }

  /** Makes room for a socket; the result is where it must be bound. */
  Path stage() throws IOException {
    makeWay(path);
    staged = privateSibling(path);
    return staged;
  }

  /** Gives the socket that was bound its real name. */
  void publish() throws IOException {
    Path bound = staged;
    if (bound != null) {
      UnixAccess.give(bound, wanted, directoryOf(bound));
      name(bound);
      published = true;
      removeStaged(bound);
      staged = null;
    }
  }

  /** A link never replaces what is there, other than a move. */
  private void name(Path bound) throws IOException {
    try {
      Files.createLink(path, bound);
    } catch (FileAlreadyExistsException e) {
      throw new BindException("Address already in use");
    } catch (UnsupportedOperationException | FileSystemException noLinksHere) {
      Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Changes owner, group and mode of the socket that is published. */
  void access(UnixSocket changed) throws IOException {
    if (!published || !isSocket(path)) {
      return;
    }
    Path aside = privateSibling(path);
    try {
      UnixAccess.give(path, changed, directoryOf(aside));
    } finally {
      removeStaged(aside);
    }
  }

  /** Removes the file, unless another process has put it there, and gives up the path. */
  void close() throws IOException {
    try {
      if (staged != null) {
        removeStaged(staged);
      }
      if (published) {
        removeIfStale(path);
      }
    } finally {
      claim.close();
    }
  }

  /** A path in a new directory beside {@code path} that only this user can enter. */
  private static Path privateSibling(Path path) throws IOException {
    for (int i = 1; ; i++) {
      String name = Integer.toString(ThreadLocalRandom.current().nextInt(DIRECTORIES), RADIX);
      try {
        return Files.createDirectory(
                path.resolveSibling("." + name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
            .resolve("s");
      } catch (FileAlreadyExistsException e) {
        if (i == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static Path directoryOf(Path staged) {
    return Objects.requireNonNull(staged.getParent());
  }

  private static void removeStaged(Path socket) throws IOException {
    Files.deleteIfExists(socket);
    Files.deleteIfExists(directoryOf(socket));
  }

  /** Removes a stale file, and fails if any other is there. */
  static void makeWay(Path path) throws IOException {
    removeIfStale(path);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          isSocket(path) ? "Address already in use" : "there is something else of that name");
    }
  }

  /** Removes a stale file, and leaves any other. */
  static void removeIfStale(Path path) throws IOException {
    if (isSocket(path) && !isListening(path)) {
      Files.deleteIfExists(path);
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & TYPE_MASK) == SOCKET;
  }

  /**
   * Connects without blocking: a full backlog neither accepts nor refuses, and a blocking connect
   * would wait for as long as the other process hangs.
   *
   * @throws IOException if this process may not connect, or has no descriptor left
   */
  private static boolean isListening(Path path) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      return isTaken(probe, path);
    }
  }

  private static boolean isTaken(SocketChannel probe, Path path) throws IOException {
    try {
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (BindException forbidden) {
      throw forbidden;
    } catch (SocketException busyOrOfAnotherType) {
      return true; // EAGAIN of a full backlog among them, which some JDKs report as an error.
    }
  }
}
