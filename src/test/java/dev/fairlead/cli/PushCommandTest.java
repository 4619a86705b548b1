package dev.fairlead.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.admin.FakeCluster;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that a push says what became of it, on the right stream and with the right exit code.
 * Provoked with a cluster that answers as it is told. A failure would look like a script that goes
 * on after a refusal.
 */
class PushCommandTest {
  @TempDir private Path directory;

  private final AdminServer server = new AdminServer(null);
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(directory.resolve("f.yaml"), "pools: [] # \u00e4\n");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void refuse(int code, CommandProblem... problems) {
    server.commands.answer = Future.failedFuture(new CommandException(code, List.of(problems)));
  }

  @Test
  void numbersHaveAsciiDigitsInEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(CommandLineRun.of(server, "push", file.toString()).out())
          .isEqualTo("revision 8 is in force on 3 of 3 members\n");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void pushedDocumentIsInForceEverywhere() {
    CommandLineRun push = CommandLineRun.of(server, "push", file.toString());
    assertThat(push)
        .isEqualTo(new CommandLineRun(0, "revision 8 is in force on 3 of 3 members\n", ""));
    FakeCluster.Said said = server.commands.last();
    assertThat(said.command()).isEqualTo("push");
    assertThat(said.body().getString("config")).isEqualTo("pools: [] # \u00e4\n");
    assertThat(said.body().getString("format")).isEqualTo("yaml");
    assertThat(said.body().getBoolean("dryRun")).isFalse();
    assertThat(said.body().containsKey("expect")).isFalse();
  }

  @Test
  void optionsGoAlong() throws IOException {
    Path toml = Files.writeString(directory.resolve("f.toml"), "pools = []\n");
    CommandLineRun.of(
        server,
        "push",
        toml.toString(),
        "--dry-run",
        "--expect",
        "7",
        "--author",
        "Alice & b+c",
        "--message",
        "50 % & more");
    JsonObject body = server.commands.last().body();
    assertThat(body.getString("format")).isEqualTo("toml");
    assertThat(body.getBoolean("dryRun")).isTrue();
    assertThat(body.getLong("expect")).isEqualTo(7);
    assertThat(body.getString("author")).isEqualTo("Alice & b+c");
    assertThat(body.getString("note")).isEqualTo("50 % & more");
  }

  @Test
  void dryRunSaysThatNothingChanged() {
    assertThat(CommandLineRun.of(server, "push", "--dry-run", file.toString()).outLines())
        .containsExactly(file + ": valid, every member could put it in force; nothing was changed");
  }

  @Test
  void pushThatChangesNothingSaysSo() {
    server.commands.answer.result().put("unchanged", true);
    assertThat(CommandLineRun.of(server, "push", file.toString()))
        .isEqualTo(
            new CommandLineRun(
                0,
                "nothing has changed, these are the listeners and pools of revision 8, which is in"
                    + " force on 3 of 3 members\n",
                ""));
    assertThat(CommandLineRun.of(server, "push", "--dry-run", file.toString()).out())
        .isEqualTo(
            file
                + ": these are the listeners and pools of revision 8, a push would change"
                + " nothing\n");
  }

  @ParameterizedTest
  @CsvSource({"'', yaml", "--format=yml, yaml", "--format=json, json", "--format=TOML, toml"})
  void documentMayComeFromStandardInput(String option, String format) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("pools: [] # \u00e4\n".getBytes(UTF_8)));
    try {
      String[] command =
          option.isEmpty() ? new String[] {"push", "-"} : new String[] {"push", "-", option};
      assertThat(CommandLineRun.of(server, command).exitCode()).isZero();
    } finally {
      System.setIn(before);
    }
    JsonObject body = server.commands.last().body();
    assertThat(body.getString("config")).isEqualTo("pools: [] # \u00e4\n");
    assertThat(body.getString("format")).isEqualTo(format);
  }

  @Test
  void formatIsForStandardInput() {
    for (String[] command :
        new String[][] {
          {"push", "-", "--format", "xml"}, {"push", file.toString(), "--format", "yaml"}
        }) {
      CommandLineRun run = CommandLineRun.of(server, command);
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).startsWith("--format: ");
    }
    assertThat(server.commands.said).isEmpty();
  }

  @Test
  void everyProblemIsALineWithItsPlace() {
    refuse(
        CommandException.PROBLEMS,
        new CommandProblem("pools[0].balance", 3, "best (expected: two-choices)", null),
        new CommandProblem("pools", 0, "is missing", null),
        new CommandProblem("", 0, "is empty\nand more", null),
        new CommandProblem("listeners[0].bind", 9, "0.0.0.0:80 (expected: a free address)", "m3"),
        new CommandProblem("", 0, "no answer within 3s", "m2"),
        new CommandProblem("", 0, "member m4: no answer within 3s", "m4"));
    CommandLineRun push = CommandLineRun.of(server, "push", file.toString());
    assertThat(push.exitCode()).isEqualTo(1);
    assertThat(push.out()).isEmpty();
    assertThat(push.errLines())
        .containsExactly(
            file + ":3: pools[0].balance: best (expected: two-choices)",
            file + ": pools: is missing",
            file + ": is empty?and more",
            file + ":9: member m3: listeners[0].bind: 0.0.0.0:80 (expected: a free address)",
            "member m2: no answer within 3s",
            "member m4: no answer within 3s");
  }

  @Test
  void memberThatHasNotConfirmedIsAFailure() {
    server.commands.answer =
        Future.succeededFuture(
            new JsonObject()
                .put("revision", 9)
                .put("applied", new JsonArray().add("m1"))
                .put(
                    "missing",
                    new JsonArray()
                        .add(new JsonObject().put("member", "m2").put("message", "no answer")))
                .put("undone", new JsonArray()));
    assertThat(CommandLineRun.of(server, "push", file.toString()))
        .isEqualTo(
            new CommandLineRun(
                1, "revision 9 is in force on 1 of 2 members\n", "member m2: no answer\n"));
  }

  @Test
  void settingsThatAreUndoneAreNamed() {
    JsonArray undone =
        new JsonArray()
            .add(
                new JsonObject()
                    .put("pool", "web")
                    .put("backend", "10.0.0.1:9001")
                    .put("weight", 3)
                    .put("state", "draining"))
            .add(
                new JsonObject().put("pool", "web").put("backend", "b:1").put("state", "disabled"));
    server.commands.answer.result().put("undone", undone);
    CommandLineRun push = CommandLineRun.of(server, "push", file.toString());
    assertThat(push.exitCode()).isZero();
    assertThat(push.outLines())
        .containsExactly(
            "revision 8 is in force on 3 of 3 members",
            "undone: web/10.0.0.1:9001 weight 3, state draining",
            "undone: web/b:1 state disabled");
  }

  @Test
  void fileThatCantBeReadIsNotPushed() {
    Path missing = directory.resolve("missing.yaml");
    assertThat(CommandLineRun.of(server, "push", missing.toString()))
        .isEqualTo(new CommandLineRun(1, "", missing + ": cannot be read: no such file\n"));
    assertThat(CommandLineRun.of(server, "push", directory.resolve("f.txt").toString()).err())
        .contains("its format is not known");
    assertThat(CommandLineRun.of(server, "push").exitCode()).isEqualTo(2);
    assertThat(CommandLineRun.of(server, "push", file.toString(), "--expect", "x").exitCode())
        .isEqualTo(2);
    assertThat(server.commands.said).isEmpty();
  }

  @Test
  void staleExpectationIsOneLine() {
    refuse(
        CommandException.CONFLICT, CommandProblem.of("", "revision 9 is in force (expected: 7)"));
    assertThat(CommandLineRun.of(server, "push", file.toString(), "--expect", "7").errLines())
        .containsExactly(file + ": revision 9 is in force (expected: 7)");
  }

  @Test
  void theOnlyMemberIsNotOneOfOne() {
    server.commands.answer =
        Future.succeededFuture(
            new JsonObject()
                .put("revision", 9)
                .put("applied", new JsonArray().add("m1"))
                .put("missing", new JsonArray())
                .put("undone", new JsonArray()));
    assertThat(CommandLineRun.of(server, "push", file.toString()).out())
        .isEqualTo("revision 9 is in force on 1 member\n");
  }
}
