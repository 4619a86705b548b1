package dev.fairlead.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a listener removes the file of a stale Unix socket and no other. Provoked by each
 * kind of file at its path. A failure looks like a file that is gone, or a call that does not
 * return.
 */
class UnixSocketFileTest {
  @TempDir Path directory;

  private Path path() {
    return directory.resolve("web.sock");
  }

  private void isRefused(String problem) {
    refuses(problem, () -> UnixSocketFile.tryOut(path()));
    refuses(problem, () -> UnixSocketFile.makeWay(path()));
  }

  private void refuses(String problem, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessageContaining(problem);
    assertThat(Files.exists(path(), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  private ServerSocketChannel listening(int backlog) throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(path()), backlog);
  }

  private void run(String... command) throws Exception {
    assumeTrue(new ProcessBuilder(command).start().waitFor() == 0, String.join(" ", command));
  }

  @Test
  void aFreePathStaysFree() throws IOException {
    UnixSocketFile.tryOut(path());
    assertThat(path()).doesNotExist();
  }

  @Test
  void aStaleSocketIsReplaced() throws IOException {
    listening(1).close();
    assertThat(Files.exists(path())).as("the JDK leaves the file").isTrue();
    UnixSocketFile.tryOut(path());
    assertThat(path()).doesNotExist();
  }

  @Test
  void aSocketThatAcceptsIsRefused() throws IOException {
    try (ServerSocketChannel server = listening(5)) {
      isRefused("Address already in use");
      assertThat(server.isOpen()).isTrue();
    }
  }

  /** For root the connection succeeds, for other users it is forbidden; neither means stale. */
  @Test
  void aSocketThatMayNotBeConnectedToIsRefused() throws IOException {
    try (ServerSocketChannel server = listening(5)) {
      Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("---------"));
      isRefused("");
      assertThat(server.isOpen()).isTrue();
    }
  }

  @Test
  void aSocketWithAFullBacklogIsRefusedAtOnce() throws IOException {
    List<SocketChannel> clients = new ArrayList<>();
    try (ServerSocketChannel server = listening(1)) {
      fill(clients);
      isRefused("Address already in use");
      assertThat(server.isOpen()).isTrue();
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  private void fill(List<SocketChannel> clients) throws IOException {
    boolean connected = true;
    while (connected) {
      SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
      clients.add(client);
      client.configureBlocking(false);
      connected = connects(client);
    }
  }

  private boolean connects(SocketChannel client) throws IOException {
    try {
      return client.connect(UnixDomainSocketAddress.of(path()));
    } catch (SocketException full) {
      return false; // As some JDKs report it.
    }
  }

  /** The connection fails, but not because it is refused. */
  @Test
  void aSocketOfAnotherTypeIsRefused() throws Exception {
    String script =
        "import socket,sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM);"
            + " s.bind(sys.argv[1]); print('bound', flush=True); sys.stdin.read()";
    Process owner = new ProcessBuilder("python3", "-c", script, path().toString()).start();
    try (var out = owner.inputReader()) {
      assumeTrue("bound".equals(out.readLine()), "python3 binds a datagram socket");
      isRefused("");
    } finally {
      owner.destroy();
      assertThat(owner.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aPlainFileIsRefused() throws IOException {
    Files.writeString(path(), "precious");
    isRefused("something else");
  }

  @Test
  void aDirectoryIsRefused() throws IOException {
    Files.createDirectory(path());
    isRefused("something else");
  }

  @Test
  void aPipeIsRefused() throws Exception {
    run("mkfifo", path().toString());
    isRefused("something else");
  }

  /** Only root may make one. */
  @Test
  void aDeviceIsRefused() throws Exception {
    run("mknod", path().toString(), "c", "1", "3");
    isRefused("something else");
  }

  @Test
  void aLinkIsRefused() throws IOException {
    Path target = directory.resolve("target.sock");
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(target))
        .close();
    Files.createSymbolicLink(path(), target);
    isRefused("something else");
    assertThat(target).exists();
  }

  @Test
  void aFileThatAnotherProcessPutThereStays() throws IOException {
    try (ServerSocketChannel server = listening(5)) {
      UnixSocketFile.removeIfStale(path());
      assertThat(path()).exists();
      assertThat(server.isOpen()).isTrue();
    }
    UnixSocketFile.removeIfStale(path());
    assertThat(path()).doesNotExist();
    UnixSocketFile.removeIfStale(path());
  }
}
