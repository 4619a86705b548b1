package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Shows the members of the cluster. */
@Command(name = "members", description = "Shows the members of the cluster.")
final class MembersCommand extends View {

  @Override
  String path() {
    return "/api/v1/members";
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    table(answer).print(out);
  }

  static TextTable table(JsonObject answer) {
    TextTable table = new TextTable("NAME STATE SESSIONS REVISION UP VERSION ADDRESS ID");
    for (JsonObject member : AnswerText.byName(answer, "members")) {
      table.row(
          member.getString("name"),
          state(member),
          member.getLong("sessions"),
          member.getLong("revision"),
          AnswerText.duration(member.getLong("uptimeSeconds")),
          member.getString("version"),
          member.getString("address"),
          member.getString("id"));
    }
    return table;
  }

  private static String state(JsonObject member) {
    if (member.getBoolean("draining")) {
      return "draining";
    }
    return member.getBoolean("ready") ? "ready" : "not-ready";
  }
}
