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
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
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

  private static final String SOCKET_NAME = "s";

  private static final int ATTEMPTS = 10;

  private final UnixSocket wanted;
  private final Path path;
  private final PathClaim claim;
  private @Nullable Path staging;

  /** The file key of the socket; null = not published. */
  private @Nullable Object published;

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
    Path directory = privateDirectory(Path.of(wanted.path()));
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.bind(UnixDomainSocketAddress.of(directory.resolve(SOCKET_NAME)));
      UnixAccess.give(directory.resolve(SOCKET_NAME), wanted, directory);
    } finally {
      remove(directory);
    }
  }

  /** Makes room for a socket; the result is where it must be bound. */
  Path stage() throws IOException {
    makeWay(path);
    staging = privateDirectory(path);
    return staging.resolve(SOCKET_NAME);
  }

  /** Gives the socket that was bound its real name. */
  void publish() throws IOException {
    Path directory = staging;
    if (directory != null) {
      Path bound = directory.resolve(SOCKET_NAME);
      UnixAccess.give(bound, wanted, directory);
      @Nullable Object key = key(bound);
      name(bound);
      published = key;
      remove(directory);
      staging = null;
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

  /**
   * Changes owner, group and mode of the socket that is published, through a second name that only
   * this user can replace: whoever may write to the directory could put a link to any file at the
   * path meanwhile.
   */
  void access(UnixSocket changed) throws IOException {
    Object ours = published;
    if (ours == null || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path directory = privateDirectory(path);
    try {
      Path same = Files.createLink(directory.resolve(SOCKET_NAME), path);
      if (ours.equals(key(same))) {
        UnixAccess.give(same, changed, directory);
      }
    } finally {
      remove(directory);
    }
  }

  /** Removes the file, unless another process has put it there, and gives up the path. */
  void close() throws IOException {
    try {
      if (staging != null) {
        remove(staging);
      }
      if (published != null) {
        published = null;
        removeIfStale(path);
      }
    } finally {
      claim.close();
    }
  }

  /** A new directory beside {@code path} that only this user can enter. */
  private static Path privateDirectory(Path path) throws IOException {
    for (int i = 1; ; i++) {
      String name = Integer.toString(ThreadLocalRandom.current().nextInt(DIRECTORIES), RADIX);
      try {
        return Files.createDirectory(
            path.resolveSibling("." + name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (FileAlreadyExistsException e) {
        if (i == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static void remove(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(SOCKET_NAME));
    Files.deleteIfExists(directory);
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

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
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
