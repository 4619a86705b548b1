package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that connections to the admin listener, for which nobody needs a token, leave the data
 * path its descriptors. Provoked by more of them than the process may have descriptors. A failure
 * would look like clients that are not served.
 */
class AdminFloodIT {
  private static final int DESCRIPTORS = 1024;

  @TempDir private Path directory;

  @Test
  void adminConnectionsLeaveDescriptorsToTheDataPath() throws IOException {
    List<PingClient> flood = new ArrayList<>();
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy =
            Launch.run(ConfigFixture.file(directory, ConfigFixture.to(backend.port())))
                .after("ulimit -n " + DESCRIPTORS)
                .startReady(directory)) {
      double before = proxy.metric("process_files_open_files");
      for (int i = 0; i < DESCRIPTORS + 76; i++) {
        flood.add(PingClient.connect(proxy.adminPort()));
      }
      int port = proxy.port("web");
      for (int i = 0; i < 20; i++) {
        assertThat(PingClient.pingOnce(port)).isEqualTo("PONG");
      }
      assertThat(proxy.metric("process_files_open_files") - before).isLessThan(128);
    } finally {
      for (PingClient each : flood) {
        each.close();
      }
    }
  }
}
