package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the past of a configuration can be read and gone back to. Provoked with a cluster
 * that has known revisions. A failure would look like the text of the wrong revision.
 */
class ConfigCommandTest {
  private final AdminServer server = new AdminServer(null);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void showPrintsTheDocumentAndNothingElse() {
    assertThat(CommandLineRun.of(server, "config", "show"))
        .isEqualTo(new CommandLineRun(0, "pools: []\n", ""));
    assertThat(CommandLineRun.of(server, "config", "show", "5").out())
        .isEqualTo("pools: []\n# revision 5\n");
    JsonObject json = new JsonObject(CommandLineRun.of(server, "config", "show", "--json").out());
    assertThat(json.getLong("revision")).isEqualTo(7);
  }

  @Test
  void whatIsShownOfAFileCanBePushed() {
    JsonObject revision =
        new JsonObject()
            .put("format", "yaml")
            .put("text", "node: { name: m1 }\n# all\npools: []\ncluster:\n  name: c\n");
    assertThat(ConfigCommand.document(revision)).isEqualTo("# all\npools: []\n");
  }

  @Test
  void historyIsATable() {
    assertThat(CommandLineRun.of(server, "config", "history").outLines())
        .containsExactly(
            "REVISION   TIME                       KIND   AUTHOR   FROM             FORMAT   NOTE",
            "6          2026-11-22T09:06:00.000Z   push   alice    http 127.0.0.1   yaml     a note",
            "5          2026-11-22T09:05:00.000Z   -      alice    http 127.0.0.1   yaml    "
                + " superseded");
  }

  @Test
  void diffIsUnified() {
    assertThat(CommandLineRun.of(server, "config", "diff", "5", "7").outLines())
        .containsExactly(
            "--- revision 5", "+++ revision 7", "@@ -1,2 +1,1 @@", " pools: []", "-# revision 5");
    assertThat(CommandLineRun.of(server, "config", "diff", "5", "5"))
        .isEqualTo(new CommandLineRun(0, "", ""));
    assertThat(CommandLineRun.of(server, "config", "diff", "5").exitCode()).isEqualTo(2);
  }

  @Test
  void diffIsACommandOfItsOwnAndHasColours() {
    assertThat(CommandLineRun.of(server, "diff", "5", "7"))
        .isEqualTo(CommandLineRun.of(server, "config", "diff", "5", "7"));
    assertThat(CommandLineRun.of(server, "diff", "5", "7", "--color", "always").outLines())
        .containsExactly(
            "\u001b[1m--- revision 5\u001b[0m",
            "\u001b[1m+++ revision 7\u001b[0m",
            "\u001b[36m@@ -1,2 +1,1 @@\u001b[0m",
            " pools: []",
            "\u001b[31m-# revision 5\u001b[0m");
  }

  @Test
  void rollbackMakesANewRevision() {
    CommandLineRun run = CommandLineRun.of(server, "config", "rollback", "5", "--author", "bob");
    assertThat(run.out()).isEqualTo("revision 8 is in force on 3 of 3 members\n");
    assertThat(server.commands.last().body())
        .isEqualTo(new JsonObject().put("revision", 5).put("author", "bob"));
  }

  @Test
  void rollbackTakesWhatAPushTakes() {
    server.commands.answer.result().put("unchanged", true);
    CommandLineRun run =
        CommandLineRun.of(server, "config", "rollback", "5", "--expect", "8", "--message", "why");
    assertThat(run.out())
        .isEqualTo(
            "nothing has changed, these are the listeners and pools of revision 8, which is in"
                + " force on 3 of 3 members\n");
    JsonObject body = server.commands.last().body();
    assertThat(body.getLong("expect")).isEqualTo(8);
    assertThat(body.getString("note")).isEqualTo("why");
  }

  @Test
  void unknownRevisionIsRefused() {
    server.commands.answer =
        Future.failedFuture(new CommandException(CommandException.NOT_FOUND, "no revision 2"));
    for (String command : new String[] {"show", "rollback"}) {
      assertThat(CommandLineRun.of(server, "config", command, "2"))
          .isEqualTo(new CommandLineRun(1, "", "no revision 2\n"));
    }
  }

  @Test
  void configNeedsACommand() {
    assertThat(CommandLineRun.of("config").exitCode()).isEqualTo(2);
    assertThat(CommandLineRun.of("config", "rollback").exitCode()).isEqualTo(2);
    assertThat(CommandLineRun.of("config", "rollback", "x").exitCode()).isEqualTo(2);
  }
}
