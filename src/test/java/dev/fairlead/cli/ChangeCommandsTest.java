package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.admin.FakeCluster;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that {@code set} and {@code shutdown} mean exactly what was typed. Provoked with a
 * cluster that remembers what it was told. A failure would look like the wrong backend drained, or
 * every member stopped by a forgotten option.
 */
class ChangeCommandsTest {
  private final AdminServer server = new AdminServer(null);

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "web/127.0.0.1:9001, web, 127.0.0.1:9001",
    "web/[::1]:9001, web, [::1]:9001",
    "web/unix:/run/a b+c%2F.sock, web, unix:/run/a b+c%2F.sock",
    "w\u00e4b x/host:1, w\u00e4b x, host:1",
  })
  void targetIsSplitAtItsFirstSlash(String target, String pool, String backend) {
    CommandLineRun set = CommandLineRun.of(server, "set", target, "--weight", "0");
    assertThat(set)
        .isEqualTo(
            new CommandLineRun(0, "revision 8: " + pool + "/" + backend + " weight 0\n", ""));
    assertThat(server.commands.last().body())
        .isEqualTo(
            new JsonObject()
                .put("weight", 0)
                .put("author", "http 127.0.0.1")
                .put("pool", pool)
                .put("backend", backend));
  }

  @Test
  void stateAndWeightAreSetTogether() {
    assertThat(
            CommandLineRun.of(server, "set", "web/a:1", "--weight", "5", "--state", "draining")
                .out())
        .isEqualTo("revision 8: web/a:1 weight 5, state draining\n");
    assertThat(server.commands.last().body().getString("state")).isEqualTo("draining");
  }

  @Test
  void limitsOfBackendsListenersAndPoolsAreSet() {
    assertThat(CommandLineRun.of(server, "set", "web/a:1", "--max-connections", "9").out())
        .isEqualTo("revision 8: web/a:1 maxConnections 9\n");
    assertThat(
            CommandLineRun.of(
                server, "set", "listener", "web", "--connections", "5", "--rate", "0"))
        .isEqualTo(
            new CommandLineRun(
                0, "revision 8: listener web connections 5, newConnectionsPerSecond 0\n", ""));
    assertThat(server.commands.last().body())
        .isEqualTo(
            new JsonObject()
                .put("connections", 5)
                .put("newConnectionsPerSecond", 0)
                .put("author", "http 127.0.0.1")
                .put("listener", "web"));
    assertThat(
            CommandLineRun.of(
                    server,
                    "set",
                    "pool",
                    "a b",
                    "--connections-per-backend",
                    "7",
                    "--author",
                    "ann")
                .out())
        .isEqualTo("revision 8: pool a b connectionsPerBackend 7\n");
    assertThat(server.commands.last().body().getString("pool")).isEqualTo("a b");
    assertThat(server.commands.last().body().getString("author")).isEqualTo("ann");
  }

  @Test
  void authorExpectationAndMessageGoAlong() {
    CommandLineRun.of(
        server,
        "set",
        "web/a:1",
        "--weight",
        "5",
        "--expect",
        "7",
        "--author",
        "ann",
        "--message",
        "more & more");
    JsonObject body = server.commands.last().body();
    assertThat(body.getLong("expect")).isEqualTo(7);
    assertThat(body.getString("author")).isEqualTo("ann");
    assertThat(body.getString("note")).isEqualTo("more & more");
  }

  @Test
  void setTellsWhatBecameOfTheDocument() {
    server.commands.answer.result().put("unchanged", true);
    assertThat(CommandLineRun.of(server, "set", "web/a:1", "--weight", "5").out())
        .isEqualTo("revision 8 has it already: web/a:1 weight 5\n");
    server.commands.answer.result().put("unchanged", false).put("rewritten", true);
    assertThat(CommandLineRun.of(server, "set", "web/a:1", "--weight", "5").outLines())
        .containsExactly(
            "revision 8: web/a:1 weight 5",
            "the document was written anew, its comments and layout are lost");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set",
        "set web/a:1",
        "set web --weight 3",
        "set /a:1 --weight 3",
        "set web/ --weight 3",
        "set listener web",
        "set pool --connections 3",
        "shutdown",
        "shutdown --all --member m1",
        "shutdown --grace 3s"
      })
  void wrongUsageChangesNothing(String line) {
    CommandLineRun run = CommandLineRun.of(server, line.split(" "));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Usage: ");
    assertThat(server.commands.said).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set web/a:1 --weight many",
        "set web/a:1 --state up",
        "set pool web --connections many"
      })
  void aWrongValueOfAnOptionIsOneLine(String line) {
    CommandLineRun run = CommandLineRun.of(server, line.split(" "));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errLines()).singleElement().asString().contains("(expected: ");
    assertThat(server.commands.said).isEmpty();
  }

  @Test
  void unknownBackendIsRefused() {
    server.commands.answer =
        Future.failedFuture(new CommandException(CommandException.NOT_FOUND, "no pool wbe"));
    assertThat(CommandLineRun.of(server, "set", "wbe/a:1", "--weight", "1"))
        .isEqualTo(new CommandLineRun(1, "", "no pool wbe\n"));
  }

  @Test
  void oneMemberIsToldToShutDown() {
    CommandLineRun run = CommandLineRun.of(server, "shutdown", "--member", "m1", "--grace", "3s");
    assertThat(run).isEqualTo(new CommandLineRun(0, "member m1 is told to shut down\n", ""));
    assertThat(server.commands.last())
        .isEqualTo(
            new FakeCluster.Said(
                "shutdown",
                new JsonObject().put("member", "m1").put("grace", "3s"),
                "http 127.0.0.1"));
  }

  @Test
  void allMembersAreToldToShutDown() {
    assertThat(CommandLineRun.of(server, "shutdown", "--all").out())
        .isEqualTo("all members are told to shut down\n");
    assertThat(server.commands.last().body()).isEqualTo(new JsonObject().put("member", "*"));
  }

  @Test
  void killedSessionsEndAndUnknownOnesAreAFailure() {
    server.member.session("s1", 5);
    server.member.session("s/2", 5);
    assertThat(CommandLineRun.of(server, "sessions", "kill", "s1", "s3", "s/2"))
        .isEqualTo(
            new CommandLineRun(
                1,
                "session s1 has ended\nsession s/2 has ended\n",
                "no member has a live session s3\n"));
    assertThat(CommandLineRun.of(server, "sessions", "--json").out()).contains("[ ]");
  }

  @Test
  void optionsOfSessionsAreNotTakenForThoseOfKill() {
    server.member.session("s1", 5);
    CommandLineRun run = CommandLineRun.of("sessions", "--admin", server.url(), "kill", "s1");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("options of sessions (expected: after kill)");
  }

  @Test
  void aStarMeansAllMembersAndTheHelpSaysSo() {
    assertThat(CommandLineRun.of(server, "shutdown", "--member", "*").out())
        .isEqualTo("all members are told to shut down\n");
    assertThat(server.commands.last().body()).isEqualTo(new JsonObject().put("member", "*"));
    assertThat(CommandLineRun.of("shutdown", "--help").out().replaceAll("\\s+", " "))
        .contains("A member's id or name; * = every member");
  }
}
