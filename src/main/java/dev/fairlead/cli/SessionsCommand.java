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
      String age = AnswerText.duration(session.getLong("durationMs") / 1000);
      table.row(
          session.copy().put("age", age),
          "source listener pool backend phase age bytesFromClient bytesToClient id");
    }
    table.print(out);
  }
}
