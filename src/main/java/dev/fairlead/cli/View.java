package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** A command that prints the answer of one API path, as text or as JSON. */
abstract class View extends ClientCommand {
  @Option(names = "--json", description = "Print the API's answer as JSON.")
  private boolean json;

  abstract String path();

  abstract void print(JsonObject answer, AdminClient client, PrintWriter out)
      throws RefusedException;

  @Override
  public final Integer call() throws RefusedException {
    AdminClient client = client();
    JsonObject answer = client.get(path());
    if (json) {
      out().println(answer.encodePrettily());
    } else {
      print(answer, client, out());
    }
    out().flush();
    return 0;
  }
}
