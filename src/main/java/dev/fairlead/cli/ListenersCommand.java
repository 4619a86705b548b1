package dev.fairlead.cli;

import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Colour;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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
final class ListenersCommand extends TableView {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("NAME"),
          new Column("STATE", Format.STATE),
          Column.text("BIND"),
          Column.text("ADDRESS"),
          Column.text("POOL"),
          Column.count("ACTIVE"),
          Column.count("TOTAL"),
          new Column("ROUTES", Format.NUMBER).onlyWide());

  @Override
  String path() {
    return "/api/v1/listeners";
  }

  @Override
  public List<Column> columns() {
    return COLUMNS;
  }

  @Override
  void fill(JsonObject answer, TextTable table) {
    for (JsonObject listener : AnswerText.each(answer, "listeners")) {
      int routes = listener.getJsonArray("routes", new JsonArray()).size();
      table.row(listener, "name state bind address pool active total", routes);
    }
  }

  /** Shows the certificates of the listeners of one member. */
  @Command(
      name = "certificates",
      description = {
        "Shows the certificates that clients of the member that answers see, and when they expire.",
        "Below, a line for each file that cannot be used as it is now."
      })
  static final class CertificatesCommand extends TableView {
    private static final List<Column> CERTIFICATE_COLUMNS =
        List.of(
            Column.text("LISTENER"),
            Column.text("NAMES"),
            Column.text("EXPIRES"),
            new Column("DAYS", Format.DAYS),
            Column.text("FILE"),
            Column.text("ISSUER").onlyWide(),
            Column.text("SERIAL").onlyWide());

    @Override
    String path() {
      return "/api/v1/certificates";
    }

    @Override
    public List<Column> columns() {
      return CERTIFICATE_COLUMNS;
    }

    @Override
    void fill(JsonObject answer, TextTable table) {
      for (JsonObject each : AnswerText.each(answer, "certificates")) {
        List<String> names =
            each.getJsonArray("names", new JsonArray()).stream().map(Object::toString).toList();
        JsonObject shown = each.copy().put("names", String.join(",", names));
        table.row(shown, "listener names expires daysLeft file issuer serial");
      }
    }

    @Override
    void end(JsonObject answer, TextOutput out) {
      for (JsonObject problem : AnswerText.each(answer, "problems")) {
        out.line(out.style().painted(Colour.BAD, AnswerText.printable(line(problem))));
      }
    }

    private static String line(JsonObject problem) {
      String listener = problem.getString("listener");
      String owner =
          listener == null ? "pool " + problem.getString("pool") : "listener " + listener;
      return owner + ": not in use: " + problem.getString("message");
    }
  }
}
