package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Colour;
import dev.fairlead.cli.terminal.Style;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.config.Plural;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Shows the state of one member. */
@Command(name = "status", description = "Shows the state of one member.")
final class StatusCommand extends View {

  @Override
  String path() {
    return "/api/v1/status";
  }

  @Override
  void print(JsonObject status, AdminClient client, TextOutput out) throws RefusedException {
    JsonObject config = status.getJsonObject("config");
    Fields fields = new Fields(out);
    fields.line("member", status.getString("name") + " (" + status.getString("id") + ")");
    String state = state(client.getReadiness());
    fields.line("state", state, state.equals("ready") ? Colour.GOOD : Colour.BAD);
    fields.line("version", status.getString("version"));
    fields.line("up", AnswerText.duration(status.getLong("uptimeSeconds")));
    fields.line(
        "runs on",
        Plural.of(status.getInteger("eventLoops"), "event loop")
            + ", "
            + status.getString("transport"));
    fields.line("cluster", status.getBoolean("clustered") ? "yes" : "no, it is alone");
    fields.line("sessions", status.getLong("sessions") + " of " + status.getLong("maxSessions"));
    JsonObject log = status.getJsonObject("accessLog");
    if (log != null) { // A member of an older version has none.
      fields.line(
          "access log",
          Plural.of(log.getLong("waiting"), "line")
              + " waiting, "
              + log.getLong("dropped")
              + " dropped");
    }
    JsonObject tls = status.getJsonObject("tls");
    if (tls != null) { // Nothing uses TLS, or the member is of an older version.
      fields.line("tls", tls.getString("provider"));
      tls.getJsonArray("notes", new JsonArray())
          .forEach(note -> fields.line("note", note.toString(), Colour.WARNING));
    }
    fields.line("revision", status.getLong("revision") + ", by " + config.getString("author"));
    fields.line("file", file(config));
    printListenersAndProblems(status, config, fields);
  }

  private static void printListenersAndProblems(
      JsonObject status, JsonObject config, Fields fields) {
    AnswerText.each(status, "listeners")
        .forEach(one -> fields.line("listener", one.getString("name") + " " + address(one)));
    config
        .getJsonArray("problems")
        .forEach(each -> fields.line("problem", each.toString(), Colour.BAD));
    config
        .getJsonArray("restartNeeded")
        .forEach(
            each -> fields.line("problem", each + " takes effect after a restart", Colour.WARNING));
  }

  private static String state(JsonObject readiness) {
    if (readiness.getBoolean("ready", false)) {
      return "ready";
    }
    JsonArray reasons = readiness.getJsonArray("reasons", new JsonArray());
    return "not ready: " + String.join(", ", reasons.stream().map(Object::toString).toList());
  }

  private static String file(JsonObject config) {
    String file = config.getString("file");
    if (file == null) {
      return "none";
    }
    return file + (config.getBoolean("fileInForce") ? ", in force" : ", not what is in force");
  }

  private static String address(JsonObject listener) {
    String address = listener.getString("address");
    return address == null ? "is not bound" : "on " + address;
  }

  /** Names and values, one per line. */
  private record Fields(TextOutput out) {
    void line(String name, String value) {
      line(name, value, null);
    }

    void line(String name, String value, @Nullable Colour colour) {
      String label = String.format(Locale.ROOT, "%-10s", name);
      String text = AnswerText.printable(value);
      Style style = out.style();
      out.line(
          style.painted(Colour.HEADER, label)
              + " "
              + (colour == null ? text : style.painted(colour, text)));
    }
  }
}
