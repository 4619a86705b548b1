package dev.fairlead.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
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

  /** Shows the certificates of the listeners of one member. */
  @Command(
      name = "certificates",
      description = {
        "Shows the certificates that clients of the member that answers see, and when they expire.",
        "Below, a line for each file that cannot be used as it is now."
      })
  static final class CertificatesCommand extends View {

    @Override
    String path() {
      return "/api/v1/certificates";
    }

    @Override
    void print(JsonObject answer, AdminClient client, PrintWriter out) {
      TextTable table = new TextTable("LISTENER NAMES EXPIRES DAYS FILE");
      for (JsonObject each : AnswerText.each(answer, "certificates")) {
        List<String> names =
            each.getJsonArray("names", new JsonArray()).stream().map(Object::toString).toList();
        JsonObject shown = each.copy().put("names", String.join(",", names));
        table.row(shown, "listener names expires daysLeft file");
      }
      table.print(out);
      AnswerText.each(answer, "problems")
          .forEach(problem -> out.println(AnswerText.printable(line(problem))));
    }

    private static String line(JsonObject problem) {
      String listener = problem.getString("listener");
      String owner =
          listener == null ? "pool " + problem.getString("pool") : "listener " + listener;
      return owner + ": not in use: " + problem.getString("message");
    }
  }
}
