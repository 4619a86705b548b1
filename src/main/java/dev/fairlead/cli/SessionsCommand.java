package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows the live sessions of all members, or of one, and ends them. */
@Command(
    name = "sessions",
    description = {
      "Shows the live sessions of all members, newest first: at most 10,000 of them.",
      "A member that does not answer within 2 s is named below the table. A member that is older than"
          + " this view shows its own sessions, without MEMBER."
    },
    subcommands = SessionsCommand.Kill.class)
final class SessionsCommand extends TableView {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("MEMBER"),
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

  @Option(
      names = "--source",
      paramLabel = "IP",
      description = "Only those of clients from this address or network: 10.0.0.7, 10.0.0.0/8.")
  private @Nullable String source;

  @Option(
      names = "--here",
      description = "Only those of the member that answers; all of them without --limit.")
  private boolean here;

  @Override
  String path() {
    return "/api/v1/sessions?scope="
        + (here ? "member" : "cluster")
        + (source == null ? "" : "&source=" + AdminClient.encoded(source))
        + (limit == null ? "" : "&limit=" + limit);
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
          "member source listener pool backend phase age bytesFromClient bytesToClient id sni route"
              + " attempts connectMs");
    }
  }

  /** An answer without {@code missing} is that of one member. */
  @Override
  void end(JsonObject answer, TextOutput out) {
    if (answer.getValue("missing") instanceof JsonArray missing) {
      missing.forEach(
          name -> out.line("no answer from " + AnswerText.printable(String.valueOf(name))));
    } else if (!here) {
      out.line("these are the sessions of one member, which is older than this command");
    }
  }

  @Command(
      name = "kill",
      description = {
        "Ends sessions with reason admin, at whichever member has them.",
        "All ids are tried; an unknown one is a line on stderr and exit code 1."
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
          client.delete("/api/v1/sessions/" + AdminClient.encoded(id) + "?scope=cluster");
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
