package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that an edit of the file is in force soon, without a signal, and that a broken one
 * changes nothing. Provoked by replacing and overwriting the file of a running process. A failure
 * would look like clients that still meet the old backend, a session that is cut, or a log full of
 * one mistake.
 */
class ReloadIT {
  @TempDir private Path directory;
  private PingBackend before;
  private PingBackend after;
  private Path file;
  private FairleadProcess proxy;
  private int port;

  @BeforeEach
  void start() throws IOException {
    before = PingBackend.start("OLD.");
    after = PingBackend.start("NEW.");
    file = ConfigFixture.file(directory, ConfigFixture.to(before.port()));
    proxy = Launch.run(file).startReady(directory);
    port = proxy.port("web");
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    before.close();
    after.close();
  }

  @Test
  void aReplacedFileIsPickedUp() throws IOException {
    try (PingClient live = PingClient.connect(port)) {
      assertThat(live.ping()).isEqualTo("OLD.");
      ConfigFixture.replace(file, ConfigFixture.to(after.port()));
      awaitRevision(2);
      assertThat(PingClient.pingOnce(port)).isEqualTo("NEW.");
      assertThat(live.ping()).as("the session from before").isEqualTo("OLD.");
    }
  }

  @Test
  void anOverwrittenFileIsPickedUp() throws IOException {
    Files.writeString(file, ConfigFixture.to(after.port()));
    awaitRevision(2);
    assertThat(PingClient.pingOnce(port)).isEqualTo("NEW.");
    assertThat(proxy.port("web")).isEqualTo(port);
    assertThat(proxy.logged("ERROR")).isZero();
  }

  @Test
  void aBrokenEditIsToldOnceAndTheLastGoodOneStays() throws IOException {
    Files.writeString(file, ConfigFixture.to(after.port()).replace("backends:", "bakends:"));
    await().until(() -> !proxy.problems().isEmpty());
    assertThat(proxy.problems())
        .anySatisfy(problem -> assertThat(problem).contains(":5: pools[0].bakends: unknown key"));
    assertThat(proxy.revision()).isEqualTo(1);
    assertThat(PingClient.pingOnce(port)).isEqualTo("OLD.");
    // Several scans go by: a second broken edit is told in its turn.
    for (int edit = 0; edit < 3; edit++) {
      String wrong = "balance" + edit;
      Files.writeString(file, ConfigFixture.to(1).replace("backends:", wrong + ":"));
      proxy.awaitLog("pools[0]." + wrong + ": unknown key");
    }
    assertThat(proxy.logged("pools[0].bakends: unknown key")).isEqualTo(1);
    assertThat(proxy.logged("was not put in force")).isEqualTo(4);
    assertThat(proxy.logged("Exception")).isZero();
  }

  @Test
  void aMendedFileClearsTheProblems() throws IOException {
    ConfigFixture.replace(file, "nonsense");
    await().until(() -> !proxy.problems().isEmpty());
    ConfigFixture.replace(file, ConfigFixture.to(after.port()));
    awaitRevision(2);
    await().until(() -> proxy.problems().isEmpty());
    assertThat(PingClient.pingOnce(port)).isEqualTo("NEW.");
  }

  @Test
  void aRemovedFileIsAProblemAndNotTheEnd() throws IOException {
    Files.delete(file);
    await().until(() -> !proxy.problems().isEmpty());
    assertThat(proxy.problems()).containsExactly(file + ": cannot be read");
    assertThat(PingClient.pingOnce(port)).isEqualTo("OLD.");
    Files.writeString(file, ConfigFixture.to(after.port()));
    awaitRevision(2);
  }

  @Test
  void aChangeThatNeedsARestartIsShown() throws IOException {
    ConfigFixture.replace(file, "node: { name: other }\n" + ConfigFixture.to(before.port()));
    await()
        .untilAsserted(
            () ->
                assertThat(proxy.json("/api/v1/status").getJsonObject("config").encode())
                    .contains("\"restartNeeded\":[\"node.name\"]"));
    assertThat(proxy.revision()).isEqualTo(1);
  }

  @Test
  void aHangupTellsAnUnmendedProblemAgain() throws Exception {
    ConfigFixture.replace(file, "nonsense: true\n");
    proxy.awaitLog("nonsense: unknown key");
    proxy.signal("HUP");
    await().until(() -> proxy.logged("nonsense: unknown key") == 2);
    ConfigFixture.replace(file, ConfigFixture.to(after.port()));
    proxy.signal("HUP");
    awaitRevision(2);
    assertThat(PingClient.pingOnce(port)).isEqualTo("NEW.");
  }

  private void awaitRevision(long revision) {
    await().until(() -> proxy.revision() == revision);
  }
}
