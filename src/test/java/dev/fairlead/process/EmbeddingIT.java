package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.member.Member;
import dev.fairlead.member.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a member runs inside another program, as the README shows it. Provoked by one that
 * starts it, asks it, and stops it. A failure would look like a call that does not return, or like
 * something that is left behind and forbids the next start.
 */
class EmbeddingIT {
  private static final ConfigLoader LOADER =
      new ConfigLoader(Map.of(), List.of("node.admin.port=0", "node.accessLog.to=off"));

  @TempDir private Path directory;

  @Test
  void aMemberStartsAnswersDrainsAndStops() throws IOException {
    try (PingBackend backend = PingBackend.start()) {
      Path file = ConfigFixture.file(directory, ConfigFixture.to(backend.port()));
      for (int time = 0; time < 2; time++) {
        Member member = Member.start(file, LOADER);
        String address = member.addresses().get("web");
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        assertThat(PingClient.pingOnce(port)).isEqualTo("PONG");
        member.drain().await();
        member.stop();
        file = ConfigFixture.file(directory, ConfigFixture.on(address, backend.port()));
      }
    }
  }

  @Test
  void whatForbidsTheStartIsThrownInLines() throws IOException {
    Path file = ConfigFixture.file(directory, "listeners: 1\npools: []\n");
    assertThatThrownBy(() -> Member.start(file, LOADER))
        .isInstanceOfSatisfying(
            StartException.class,
            e -> assertThat(e.lines()).singleElement().asString().contains(":1: listeners: 1"));
  }
}
