package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.cli.terminal.TextTable;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.text.Document;
import dev.fairlead.config.text.DocumentDiff;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The cluster's configuration and its revision history. */
@Command(
    name = "config",
    description = "Shows the cluster's configuration and its history, and rolls back.",
    subcommands = {
      ConfigCommand.ShowDocument.class,
      ConfigCommand.ShowHistory.class,
      ConfigCommand.ShowDiff.class,
      ConfigCommand.Rollback.class
    })
final class ConfigCommand implements Runnable {
  private static final String PATH = "/api/v1/config";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Missing command (expected: show, history, diff or rollback)");
  }

  private static String path(@Nullable Long revision) {
    return PATH + (revision == null ? "" : "?revision=" + revision);
  }

  /** The listeners and pools of a revision; {@code node} and {@code cluster} are left out. */
  static String document(JsonObject revision) {
    String text = revision.getString("text");
    ConfigFormat format =
        ConfigFormat.valueOf(revision.getString("format").toUpperCase(Locale.ROOT));
    return Document.of(format, text).dynamicPart().text();
  }

  @Command(
      name = "show",
      description =
          "Prints the listeners and pools in force, or those of another revision, as they were"
              + " written.")
  static final class ShowDocument extends View {

    @Parameters(arity = "0..1", paramLabel = "REV", description = "Default: the one in force.")
    private @Nullable Long revision;

    @Override
    String path() {
      return ConfigCommand.path(revision);
    }

    @Override
    void print(JsonObject answer, AdminClient client, TextOutput out) {
      String text = document(answer);
      out.writer().print(text.endsWith("\n") ? text : text + System.lineSeparator());
    }
  }

  @Command(name = "history", description = "Shows the last revisions, newest first.")
  static final class ShowHistory extends TableView {
    private static final List<Column> COLUMNS =
        List.of(
            new Column("REVISION", Format.NUMBER),
            Column.text("TIME"),
            Column.text("KIND"),
            Column.text("AUTHOR"),
            Column.text("FROM"),
            Column.text("FORMAT"),
            Column.text("NOTE"));

    @Override
    String path() {
      return PATH + "/history";
    }

    @Override
    public List<Column> columns() {
      return COLUMNS;
    }

    @Override
    void fill(JsonObject answer, TextTable table) {
      for (JsonObject revision : AnswerText.each(answer, "history")) {
        table.row(revision, "revision time kind author from format", note(revision));
      }
    }

    private static @Nullable String note(JsonObject revision) {
      String note = revision.getString("note");
      boolean superseded = revision.getBoolean("superseded", false);
      return superseded ? "superseded" + (note == null ? "" : "; " + note) : note;
    }
  }

  @Command(
      name = "diff",
      description = "Shows what changed from revision A to revision B, as a unified diff.")
  static final class ShowDiff extends ClientCommand {

    @Parameters(index = "0", paramLabel = "A", description = "The revision before.")
    private long before;

    @Parameters(
        index = "1",
        paramLabel = "B",
        description = "The revision after; `config history` shows their numbers.")
    private long after;

    @Mixin private LookOptions look;

    @Override
    public Integer call() throws RefusedException {
      TextOutput out = new TextOutput(out(), look.style(false));
      AdminClient client = client();
      String old = document(client.get(path(before)));
      String current = document(client.get(path(after)));
      DocumentDiff.unified("revision " + before, old, "revision " + after, current)
          .forEach(out::diffLine);
      out().flush();
      return 0;
    }
  }

  @Command(
      name = "rollback",
      description = "Puts the document of an earlier revision in force, as a new revision.")
  static final class Rollback extends ClientCommand {

    @Parameters(paramLabel = "REV")
    private long revision;

    @Mixin private ChangeOptions change;

    @Override
    public Integer call() throws RefusedException {
      JsonObject body = change.toJson().put("revision", revision);
      return printChange(client().send("POST", PATH + "/rollback", body));
    }
  }
}
