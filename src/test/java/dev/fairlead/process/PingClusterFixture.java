package dev.fairlead.process;

import dev.fairlead.testkit.ClusterProcesses;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A cluster for each test, of which it starts what it needs, with one backend behind it. */
abstract class PingClusterFixture {
  private final int size;
  @TempDir Path directory;
  PingBackend backend;
  ClusterProcesses cluster;

  PingClusterFixture(int size) {
    this.size = size;
  }

  @BeforeEach
  void makeCluster() throws IOException {
    backend = PingBackend.start();
    cluster = new ClusterProcesses(directory, size, ConfigFixture.to(backend.port()));
  }

  @AfterEach
  void closeCluster() throws IOException {
    cluster.close();
    backend.close();
  }
}
