package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the document of a revision. */
@Command(
    name = "show",
    description = "Prints the configuration in force, or another revision, as it was written.")
final class ConfigShowCommand extends View {

  @Parameters(arity = "0..1", paramLabel = "REV", description = "Default: the one in force.")
  private Long revision;

  @Override
  String path() {
    return path(revision);
  }

  /** Where a revision is had; null = the one in force. */
  static String path(Long revision) {
    return "/api/v1/config" + (revision == null ? "" : "?revision=" + revision);
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    String text = answer.getString("text");
    out.print(text.endsWith("\n") ? text : text + System.lineSeparator());
  }
}
