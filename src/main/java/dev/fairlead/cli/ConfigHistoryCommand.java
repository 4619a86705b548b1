package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Shows the last revisions. */
@Command(name = "history", description = "Shows the last revisions, newest first.")
final class ConfigHistoryCommand extends View {

  @Override
  String path() {
    return "/api/v1/config/history";
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    TextTable table = new TextTable("REVISION", "TIME", "AUTHOR", "FROM", "FORMAT", "NOTE");
    for (JsonObject revision : each(answer, "history")) {
      table.row(
          revision.getLong("revision"),
          revision.getString("time"),
          revision.getString("author"),
          revision.getString("from"),
          revision.getString("format"),
          revision.getBoolean("superseded", false) ? "superseded" : null);
    }
    table.print(out);
  }
}
