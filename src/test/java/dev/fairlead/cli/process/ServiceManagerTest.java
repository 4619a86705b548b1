package dev.fairlead.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.NotifySocket;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that systemd is told of a start and of a drain, and that nothing depends on it. Provoked
 * with sockets of all the forms that {@code NOTIFY_SOCKET} may have. A failure would look like a
 * unit that never becomes active, or that is killed while its sessions end.
 */
class ServiceManagerTest {
  @TempDir private Path directory;

  @BeforeEach
  void needsEpoll() {
    assumeTrue(Epoll.isAvailable(), "the datagrams are of Netty's library for epoll");
  }

  @Test
  void saysThatClientsAreTaken() throws IOException {
    try (NotifySocket socket = NotifySocket.at(directory.resolve("notify"))) {
      new ServiceManager(socket.name()).ready();
      assertThat(socket.next()).isEqualTo("READY=1");
    }
  }

  @Test
  void asksForTheTimeThatADrainMayTake() throws IOException {
    try (NotifySocket socket = NotifySocket.at(directory.resolve("notify"))) {
      new ServiceManager(socket.name()).stopping(Duration.ofMinutes(2));
      assertThat(socket.next()).isEqualTo("STOPPING=1\nEXTEND_TIMEOUT_USEC=140000000");
    }
  }

  @Test
  void findsASocketWithoutAFile() throws IOException {
    try (NotifySocket socket = NotifySocket.inTheAbstract("fairlead-" + directory.getFileName())) {
      new ServiceManager(socket.name()).ready();
      assertThat(socket.next()).isEqualTo("READY=1");
    }
  }

  @Test
  @Logs("gone could not be sent READY=1")
  void withoutAServiceManagerNothingFails() {
    for (String socket : new String[] {null, "", directory.resolve("gone").toString()}) {
      assertThatCode(() -> new ServiceManager(socket).ready()).doesNotThrowAnyException();
    }
  }
}
