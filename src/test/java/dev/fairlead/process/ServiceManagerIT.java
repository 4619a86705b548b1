package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.NotifySocket;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a service manager hears when clients are taken and how long a drain may take.
 * Provoked by a process with NOTIFY_SOCKET, on every transport, and drains of both kinds. A failure
 * would look like a service that systemd kills at the start, or in the middle of its grace.
 */
class ServiceManagerIT {
  @TempDir private Path directory;

  private Launch notifying(NotifySocket socket, String... more) throws Exception {
    ConfigFixture.file(directory, ConfigFixture.to(9));
    return Launch.run(directory.resolve("fairlead.yaml"), more)
        .after("export NOTIFY_SOCKET='" + socket.name() + "'");
  }

  @Test
  void hearsOfTheStartAndOfADrainBySignal() throws Exception {
    assumeTrue(Epoll.isAvailable(), "the datagrams are of Netty's library for epoll");
    for (String transport : new String[] {"auto", "nio"}) {
      try (NotifySocket socket = NotifySocket.at(directory.resolve(transport));
          FairleadProcess member =
              notifying(socket, "--set", "node.transport=" + transport).startReady(directory)) {
        assertThat(socket.next()).isEqualTo("READY=1");
        member.signal("TERM");
        assertThat(socket.next()).isEqualTo("STOPPING=1\nEXTEND_TIMEOUT_USEC=50000000");
        assertThat(member.awaitExit()).isZero();
      }
    }
  }

  @Test
  void hearsOfTheGraceThatACommandGives() throws Exception {
    assumeTrue(Epoll.isAvailable(), "the datagrams are of Netty's library for epoll");
    try (NotifySocket socket = NotifySocket.at(directory.resolve("command"));
        FairleadProcess member =
            notifying(socket, "--set", "node.shutdown.delay=1s").startReady(directory)) {
      assertThat(socket.next()).isEqualTo("READY=1");
      JsonObject command = new JsonObject().put("member", "*").put("grace", "1h");
      assertThat(member.send("POST", "/api/v1/shutdown", command).statusCode()).isEqualTo(202);
      assertThat(socket.next()).isEqualTo("STOPPING=1\nEXTEND_TIMEOUT_USEC=3621000000");
    }
  }
}
