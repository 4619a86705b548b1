package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the live sessions of one member. */
@Command(
    name = "sessions",
    description = "Shows the live sessions of the member that answers, newest first.")
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
      table.row(
          session.getString("source"),
          session.getString("listener"),
          session.getString("pool"),
          session.getString("backend"),
          session.getString("phase"),
          AnswerText.duration(session.getLong("durationMs") / 1000),
          session.getLong("bytesFromClient"),
          session.getLong("bytesToClient"),
          session.getString("id"));
    }
    table.print(out);
  }
}
