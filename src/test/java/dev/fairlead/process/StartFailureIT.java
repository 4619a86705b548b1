package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that what the machine forbids ends the start with exit code 1 and one line that names the
 * key. Provoked by addresses that are taken and a transport that does not work. A failure would
 * look like two processes that share a port unnoticed, a stack trace, or a process that hangs.
 */
class StartFailureIT {
  @TempDir private Path directory;

  @Test
  void aSecondProcessOnTheSameAddressIsRefused() throws IOException {
    Path first = ConfigFixture.file(directory, ConfigFixture.to(FreePorts.next()));
    try (FairleadProcess running = Launch.run(first).startReady(directory)) {
      String taken = "127.0.0.1:" + running.port("web");
      Path file = ConfigFixture.file(directory, ConfigFixture.on(taken, 1));
      assertRefused(
          Launch.run(file),
          file + ":2: listeners[0].bind: " + taken + " (expected: a free address)");
      assertThat(running.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void anAddressOfAnotherMachineIsRefused() throws IOException {
    Path file = ConfigFixture.file(directory, ConfigFixture.on("192.0.2.1:8080", 1));
    assertRefused(
        Launch.run(file),
        file + ":2: listeners[0].bind: 192.0.2.1:8080 (expected: an address of this machine)");
  }

  @Test
  void anAdminPortInUseIsRefused() throws IOException {
    Path file = ConfigFixture.file(directory, ConfigFixture.to(1));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      FairleadProcess refused = refused(Launch.run(file, "--set", "node.admin.port=" + port));
      assertThat(refused.errLines().get(0))
          .isEqualTo(file + ": node.admin: 127.0.0.1:" + port + " (expected: a free address)");
    }
  }

  @Test
  void aTransportThatDoesNotWorkHereIsRefused() throws IOException {
    Path file = ConfigFixture.file(directory, ConfigFixture.to(1));
    Launch noNative =
        Launch.run(file, "--set", "node.transport=epoll")
            .withJvm("-Dio.netty.transport.noNative=true");
    FairleadProcess refused = refused(noNative);
    assertThat(refused.errLines().get(0))
        .startsWith(file + ": node.transport: epoll (expected: a transport that works here; ");
  }

  @Test
  void anAccessLogThatCantBeWrittenIsRefused() throws IOException {
    Path file = ConfigFixture.file(directory, ConfigFixture.to(1));
    FairleadProcess refused =
        refused(Launch.run(file, "--set", "node.accessLog.to=missing/access.log"));
    assertThat(refused.errLines().get(0)).contains("node.accessLog.to: ");
  }

  private void assertRefused(Launch launch, String line) throws IOException {
    assertThat(refused(launch).errLines()).containsExactly(line);
  }

  /** The process after its end, with exit code 1 and one line on stderr. */
  private FairleadProcess refused(Launch launch) throws IOException {
    try (FairleadProcess process = launch.start(directory)) {
      assertThat(process.awaitExit()).isEqualTo(1);
      assertThat(process.errLines()).hasSize(1);
      assertThat(process.outLines()).isEmpty();
      return process;
    }
  }
}
