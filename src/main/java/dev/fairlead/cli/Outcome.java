package dev.fairlead.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/** What became of a change. */
final class Outcome {
  private Outcome() {}

  /**
   * Tells it: where it is in force and what it undid on stdout, where it is missing on stderr.
   *
   * @return the exit code, 1 when it is missing somewhere
   */
  static int print(JsonObject answer, CommandLine command) {
    int applied = answer.getJsonArray("applied", new JsonArray()).size();
    List<JsonObject> missing = View.each(answer, "missing");
    PrintWriter out = command.getOut();
    out.printf(
        Locale.ROOT,
        "revision %d is in force on %d of %s%n",
        answer.getLong("revision"),
        applied,
        members(applied + missing.size()));
    undone(answer, out);
    for (JsonObject one : missing) {
      command.getErr().println(Lines.problem("", one));
    }
    return missing.isEmpty() ? 0 : FairleadCommand.FAILED;
  }

  /** What of {@code set} a document does not have. */
  static void undone(JsonObject answer, PrintWriter out) {
    for (JsonObject setting : View.each(answer, "undone")) {
      out.println("undone: " + setting(setting));
    }
    out.flush();
  }

  /** {@code web/10.0.0.1:9001 weight 3, state draining}. */
  static String setting(JsonObject setting) {
    StringBuilder text = new StringBuilder();
    text.append(setting.getString("pool")).append('/').append(setting.getString("backend"));
    String gap = " ";
    if (setting.getInteger("weight") != null) {
      text.append(gap).append("weight ").append(setting.getInteger("weight"));
      gap = ", ";
    }
    if (setting.getString("state") != null) {
      text.append(gap).append("state ").append(setting.getString("state"));
    }
    return Lines.one(text.toString());
  }

  private static String members(int count) {
    return count + (count == 1 ? " member" : " members");
  }
}
