package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Shows the listeners of one member. */
@Command(
    name = "listeners",
    description = {
      "Shows the listeners of the member that answers, with the addresses they are bound to.",
      "A removed one is shown while it has live sessions.",
      "ACTIVE counts its live sessions, TOTAL all sessions since it started."
    })
final class ListenersCommand extends View {

  @Override
  String path() {
    return "/api/v1/listeners";
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    TextTable table = new TextTable("NAME STATE BIND ADDRESS POOL ACTIVE TOTAL");
    AnswerText.each(answer, "listeners")
        .forEach(listener -> table.row(listener, "name state bind address pool active total"));
    table.print(out);
  }
}
