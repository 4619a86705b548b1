package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
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
final class SessionsCommand extends View {

  @Option(names = "--limit", paramLabel = "N", description = "Only the newest N.")
  private @Nullable Integer limit;

  @Override
  String path() {
    return "/api/v1/sessions" + (limit == null ? "" : "?limit=" + limit);
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    TextTable table =
        new TextTable("SOURCE LISTENER POOL BACKEND PHASE AGE FROM-CLIENT TO-CLIENT ID");
    for (JsonObject session : AnswerText.each(answer, "sessions")) {
      String age = AnswerText.duration(session.getLong("durationMs") / 1000);
      table.row(
          session.copy().put("age", age),
          "source listener pool backend phase age bytesFromClient bytesToClient id");
    }
    table.print(out);
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

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The session's id.")
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
