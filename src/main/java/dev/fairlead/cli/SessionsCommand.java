package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows the live sessions of one member, and ends them. */
@Command(
    name = "sessions",
    description = "Shows the live sessions of the member that answers, newest first.",
    subcommands = SessionsCommand.Kill.class)
final class SessionsCommand extends TableView {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("SOURCE"),
          Column.text("LISTENER"),
          Column.text("POOL"),
          Column.text("BACKEND"),
          Column.text("PHASE"),
          new Column("AGE", Format.SECONDS),
          new Column("FROM-CLIENT", Format.BYTES),
          new Column("TO-CLIENT", Format.BYTES),
          Column.text("ID"),
          Column.text("SNI").onlyWide(),
          Column.text("ROUTE").onlyWide(),
          new Column("ATTEMPTS", Format.NUMBER).onlyWide(),
          new Column("CONNECT", Format.MILLISECONDS).onlyWide());

  @Option(names = "--limit", paramLabel = "N", description = "Only the newest N.")
  private @Nullable Integer limit;

  @Override
  String path() {
    return "/api/v1/sessions" + (limit == null ? "" : "?limit=" + limit);
  }

  @Override
  public List<Column> columns() {
    return COLUMNS;
  }

  @Override
  void fill(JsonObject answer, TextTable table) {
    for (JsonObject session : AnswerText.each(answer, "sessions")) {
      table.row(
          session.copy().put("age", session.getLong("durationMs") / 1000),
          "source listener pool backend phase age bytesFromClient bytesToClient id sni route"
              + " attempts connectMs");
    }
  }

  @Command(
      name = "kill",
      description = {
        "Ends sessions of the member that answers, with reason admin.",
        "IDs are those of `sessions` at the same --admin. All of them are tried; an unknown one is a"
            + " line on stderr and exit code 1."
      })
  static final class Kill extends ClientCommand {
    @ParentCommand private SessionsCommand parent;

    @Parameters(arity = "1..*", paramLabel = "SESSION", description = "The session's id.")
    private List<String> ids;

    @Override
    public Integer call() throws RefusedException {
      parent.refuseOptionsBefore("kill");
      AdminClient client = client();
      List<String> refused = new ArrayList<>();
      for (String id : ids) {
        try {
          client.delete("/api/v1/sessions/" + AdminClient.encoded(id));
          out().println("session " + AnswerText.printable(id) + " has ended");
        } catch (RefusedException e) {
          refused.addAll(e.lines());
        }
      }
      if (!refused.isEmpty()) {
        throw new RefusedException(refused);
      }
      return 0;
    }
  }
}
