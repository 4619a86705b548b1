package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.admin.AdminServer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that events are followed, one a line. Provoked with a member whose events are made up. A
 * failure would look like a line that no tool can cut, or a command that hangs when the member has
 * gone.
 */
class EventsCommandTest {
  private static final JsonObject DOWN =
      new JsonObject()
          .put("type", "BackendDown")
          .put("member", "id-1")
          .put("name", "m1")
          .put("time", "2026-11-22T12:46:50.918Z")
          .put("pool", "web")
          .put("backend", "10.0.0.1:9001")
          .put("reason", "timed out\u001b[2J");

  /** Without it, the command would seem to hang while nothing happens. */
  private static final String FOLLOWING =
      "following new events until Ctrl-C; --since 10m shows earlier ones first\n";

  private static final JsonObject REPORT =
      new JsonObject().put("type", "MetricsReport").put("name", "m1");

  private final AdminServer server = new AdminServer(null);

  @AfterEach
  void close() {
    server.close();
  }

  private CompletableFuture<CommandLineRun> follow(String... command) {
    CompletableFuture<CommandLineRun> run =
        CompletableFuture.supplyAsync(() -> CommandLineRun.of(server, command));
    await().until(() -> run.isDone() || !server.events.listeners.isEmpty());
    return run;
  }

  @Test
  void eventsAreShownAsTheyHappenWithoutReports() {
    CompletableFuture<CommandLineRun> run = follow("events", "--limit", "2");
    server.events.publish(REPORT);
    server.events.publish(DOWN);
    server.events.publish(
        new JsonObject()
            .put("type", "ConfigUpdate")
            .put("name", "m2")
            .put("time", "2026-11-22T12:46:51.000Z")
            .put("revision", 7)
            .putNull("superseded"));
    assertThat(run.join())
        .isEqualTo(
            new CommandLineRun(
                0,
                """
                2026-11-22T12:46:50.918Z   m1           BackendDown       pool: web, backend: 10.0.0.1:9001, reason: timed out?[2J
                2026-11-22T12:46:51.000Z   m2           ConfigUpdate      revision: 7
                """,
                FOLLOWING));
    await().until(server.events.listeners::isEmpty);
  }

  @Test
  void pastEventsComeFirst() {
    server.events.past.add(DOWN);
    CommandLineRun run = follow("events", "--since", "10m", "--limit", "1").join();
    assertThat(run.err()).isEmpty();
    assertThat(run.outLines()).singleElement().asString().contains("BackendDown");
  }

  @Test
  void typesAreChosenAndJsonIsAnObjectALine() {
    CompletableFuture<CommandLineRun> run =
        follow("events", "--json", "--type", "MetricsReport,Shutdown", "--limit", "1");
    server.events.publish(DOWN);
    server.events.publish(REPORT);
    assertThat(run.join().out()).isEqualTo(REPORT.encode() + "\n");
  }

  @Test
  void memberThatEndsTheStreamIsAFailure() {
    CompletableFuture<CommandLineRun> run = follow("events");
    server.close();
    assertThat(run.join())
        .isEqualTo(
            new CommandLineRun(
                1, "", FOLLOWING + server.url() + "/api/v1/events: the member ended the stream\n"));
  }

  @Test
  void wrongOptionsAreRefusedWithWhatIsExpected() {
    assertThat(CommandLineRun.of(server, "events", "--type", "Backenddown").err())
        .startsWith("--type: Backenddown (expected: of BackendDown, BackendEjected, ");
    assertThat(CommandLineRun.of(server, "events", "--limit", "0").err())
        .startsWith("--limit: 0 (expected: a number from 1)");
    assertThat(CommandLineRun.of(server, "events", "--since", "yesterday"))
        .isEqualTo(
            new CommandLineRun(
                1,
                "",
                "since: yesterday (expected: a duration such as 10m, or a time such as"
                    + " 2026-11-22T12:30:00Z)\n"));
  }
}
