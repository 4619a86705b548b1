package dev.fairlead.cli;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.bind.Document;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the document of a revision. */
@Command(
    name = "show",
    description =
        "Prints the listeners and pools in force, or those of another revision, as they were"
            + " written.")
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

  /** The document of a revision, without what a file has for one member only. */
  static String text(JsonObject revision) {
    String text = revision.getString("text");
    ConfigFormat format =
        ConfigFormat.valueOf(revision.getString("format").toUpperCase(Locale.ROOT));
    return Document.of(format, text).map(read -> read.dynamicText().text()).orElse(text);
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    String text = text(answer);
    out.print(text.endsWith("\n") ? text : text + System.lineSeparator());
  }
}
