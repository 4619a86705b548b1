package dev.fairlead.listener;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The file of a Unix socket. Removes one only if it is a socket that refuses connections, which no
 * process listens on. Touches the file system, but never waits for another process.
 */
final class UnixSocketFile {
  /** Of {@code st_mode}, see inode(7). */
  private static final int TYPE_MASK = 0170000;

  private static final int SOCKET = 0140000;

  private UnixSocketFile() {}

  /** Fails if no Unix socket can be bound at {@code path}; leaves no file there. */
  static void tryOut(Path path) throws IOException {
    makeWay(path);
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.bind(UnixDomainSocketAddress.of(path));
    }
    Files.deleteIfExists(path);
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
