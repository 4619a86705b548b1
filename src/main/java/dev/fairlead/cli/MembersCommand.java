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
      String up = AnswerText.duration(member.getLong("uptimeSeconds"));
      String state = member.getBoolean("ready") ? "ready" : "not-ready";
      state = member.getBoolean("draining") ? "draining" : state;
      JsonObject shown = member.copy().put("state", state).put("up", up);
      table.row(shown, "name state sessions revision up version address id");
    }
    return table;
  }
}
