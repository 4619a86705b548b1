package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the article's own file is a complete configuration, and its PING comes back as PONG.
 * Provoked with conf/article.toml on ports of this machine that are free. A failure would look like
 * an answer that does not come, or another text than the article's.
 */
class ArticleIT {
  @TempDir private Path directory;

  @Test
  void pingIsAnsweredWithPong() throws IOException {
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = Launch.run(article(backend.port())).startReady(directory);
        PingClient client = PingClient.connect(proxy.port("default"))) {
      assertThat(client.ping()).isEqualTo("PONG");
    }
  }

  @Test
  void clientsAreToldWhenNoBackendAnswers() throws IOException {
    try (FairleadProcess proxy = Launch.run(article(FreePorts.next())).startReady(directory);
        PingClient client = PingClient.connect(proxy.port("default"))) {
      assertThat(client.readAll()).isEqualTo("Failed to connect to backend: connection refused");
    }
  }

  /** conf/article.toml with its listener on any free port and its backends at {@code backend}. */
  private Path article(int backend) throws IOException {
    String text =
        Files.readString(Path.of("conf/article.toml"))
            .replace("port = 8080", "port = 0")
            .replaceFirst("port = 9001", "port = " + backend)
            .replaceAll("(?s)\\[\\[backends]]\\s+host = \"127.0.0.1\"\\s+port = 900[23].*", "");
    return Files.writeString(directory.resolve("article.toml"), text);
  }
}
