package dev.fairlead.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.config.BindAddress.UnixSocket;
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
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    refuses(problem, () -> take());
    refuses(problem, () -> UnixSocketFile.makeWay(path()));
  }

  private void refuses(String problem, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessageContaining(problem);
    assertThat(Files.exists(path(), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  private UnixSocketFile take() throws IOException {
    return UnixSocketFile.take(socket(0660));
  }

  private UnixSocket socket(int mode) {
    return new UnixSocket(path().toString(), mode, null, null);
  }

  private ServerSocketChannel bound(UnixSocketFile file) throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(file.stage()));
  }

  /** What there is beside the socket, without the lock. */
  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.toString().endsWith(".lock")).toList();
    }
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
    take().close();
    assertThat(path()).doesNotExist();
  }

  @Test
  void aStaleSocketIsReplaced() throws IOException {
    listening(1).close();
    assertThat(Files.exists(path())).as("the JDK leaves the file").isTrue();
    take().close();
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
  @ParameterizedTest
  @ValueSource(strings = {"SOCK_DGRAM", "SOCK_SEQPACKET"})
  void aSocketOfAnotherTypeIsRefused(String type) throws Exception {
    String bind = "s = socket.socket(socket.AF_UNIX, socket." + type + "); s.bind(sys.argv[1])";
    whileRunning("import socket,sys; " + bind, path(), () -> isRefused(""));
  }

  @Test
  void aPathThatAnotherProcessHasClaimedIsRefused() throws Exception {
    String lock =
        "import fcntl,sys; f = open(sys.argv[1] + '.lock', 'w'); fcntl.lockf(f, fcntl.LOCK_EX)";
    whileRunning(
        lock,
        path(),
        () ->
            assertThatThrownBy(this::take)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Address already in use"));
    take().close();
  }

  @Test
  void aClaimKeepsOtherProcessesOffUntilTheLastOneIsClosed() throws Exception {
    UnixSocketFile first = take();
    UnixSocketFile second = take();
    assertThat(othersCanLock()).isFalse();
    first.close();
    first.close();
    assertThat(othersCanLock()).isFalse();
    second.close();
    assertThat(othersCanLock()).isTrue();
  }

  @Test
  void aClaimThroughALinkedDirectoryKeepsTheFirstOne() throws Exception {
    UnixSocketFile first = take();
    Path alias = Files.createSymbolicLink(directory.resolve("alias"), directory);
    String name = alias.resolve(path().getFileName()).toString();
    UnixSocketFile.take(new UnixSocket(name, 0660, null, null)).close();
    assertThat(othersCanLock()).isFalse();
    first.close();
    assertThat(othersCanLock()).isTrue();
  }

  private boolean othersCanLock() throws Exception {
    String lock =
        "import fcntl,sys; fcntl.lockf(open(sys.argv[1] + '.lock', 'r+'), fcntl.LOCK_EX |"
            + " fcntl.LOCK_NB)";
    Process other =
        new ProcessBuilder("python3", "-c", lock, path().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return other.waitFor() == 0;
  }

  /** Runs {@code check} after the script and while its process lives. */
  private static void whileRunning(String script, Path path, ThrowingCallable check)
      throws Exception {
    String whole = script + "; print('done', flush=True); sys.stdin.read()";
    Process owner = new ProcessBuilder("python3", "-c", whole, path.toString()).start();
    try (var out = owner.inputReader()) {
      assumeTrue("done".equals(out.readLine()), "python3 runs it");
      assertThatCode(check).doesNotThrowAnyException();
    } finally {
      owner.destroy();
      assertThat(owner.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void nobodyElseCanConnectBeforeTheModeIsSet() throws IOException {
    UnixSocketFile file = take();
    try (ServerSocketChannel server = bound(file)) {
      assertThat(path()).doesNotExist();
      Path aside = left().get(0);
      assertThat(Files.getPosixFilePermissions(aside))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
      file.publish();
      assertThat(left()).containsExactly(path());
      assertThat(Files.getPosixFilePermissions(path()))
          .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
      SocketChannel.open(UnixDomainSocketAddress.of(path())).close();
      assertThat(server.isOpen()).isTrue();
    }
    file.close();
    assertThat(left()).isEmpty();
  }

  @Test
  void theModeOfAPublishedSocketCanBeChanged() throws IOException {
    UnixSocketFile file = take();
    try (ServerSocketChannel server = bound(file)) {
      file.publish();
      file.access(socket(0606));
      assertThat(Files.getPosixFilePermissions(path()))
          .isEqualTo(PosixFilePermissions.fromString("rw----rw-"));
      assertThat(left()).containsExactly(path());
      assertThat(server.isOpen()).isTrue();
    }
    file.close();
  }

  @Test
  void theModeOfWhatReplacedAPublishedSocketIsNotChanged() throws IOException {
    UnixSocketFile file = take();
    try (ServerSocketChannel server = bound(file)) {
      file.publish();
      Files.delete(path());
      try (ServerSocketChannel other = listening(5)) {
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rwx------"));
        file.access(socket(0606));
        assertThat(Files.getPosixFilePermissions(path()))
            .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(other.isOpen()).isTrue();
      }
      assertThat(server.isOpen()).isTrue();
    }
    file.close();
  }

  @Test
  void whatReplacedAPublishedSocketStaysWhenTheListenerCloses() throws IOException {
    UnixSocketFile file = take();
    try (ServerSocketChannel server = bound(file)) {
      file.publish();
      assertThat(server.isOpen()).isTrue();
    }
    Files.delete(path());
    try (ServerSocketChannel other = listening(5)) {
      file.close();
      assertThat(path()).exists();
      assertThat(other.isOpen()).isTrue();
    }
  }

  /** Only root may give files away. */
  @Test
  void ownerAndGroupAreGivenByNameOrNumberAndTakenBack() throws IOException {
    assumeTrue(Files.getOwner(directory).getName().equals("root"), "root");
    UnixSocketFile file =
        UnixSocketFile.take(new UnixSocket(path().toString(), 0660, "daemon", "12345"));
    try (ServerSocketChannel server = bound(file)) {
      file.publish();
      PosixFileAttributes given = Files.readAttributes(path(), PosixFileAttributes.class);
      assertThat(given.owner().getName()).isEqualTo("daemon");
      assertThat(Files.getAttribute(path(), "unix:gid")).isEqualTo(12345);
      file.access(socket(0660));
      assertThat(Files.getOwner(path()).getName()).isEqualTo("root");
      assertThat(Files.getAttribute(path(), "unix:gid")).isEqualTo(0);
      assertThat(server.isOpen()).isTrue();
    }
    file.close();
  }

  @Test
  void whatCameToThePathMeanwhileStays() throws IOException {
    UnixSocketFile file = take();
    try (ServerSocketChannel server = bound(file)) {
      Files.writeString(path(), "precious");
      assertThatThrownBy(file::publish).hasMessageContaining("Address already in use");
      assertThat(server.isOpen()).isTrue();
    }
    file.close();
    assertThat(path()).hasContent("precious");
    assertThat(left()).containsExactly(path());
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
