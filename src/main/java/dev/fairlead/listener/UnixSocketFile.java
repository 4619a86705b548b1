package dev.fairlead.listener;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The file that a Unix socket is bound to. Blocking. */
final class UnixSocketFile {
  private UnixSocketFile() {}

  /**
   * Finds out whether a Unix socket can be bound at {@code path}, and leaves nothing there.
   *
   * @throws IOException when it can't
   */
  static void tryOut(Path path) throws IOException {
    removeStale(path);
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.bind(UnixDomainSocketAddress.of(path));
    }
    Files.deleteIfExists(path);
  }

  /**
   * The file of a Unix socket that nobody listens on any more is in the way of a new one.
   *
   * @throws IOException when something else is there
   */
  static void removeStale(Path path) throws IOException {
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
