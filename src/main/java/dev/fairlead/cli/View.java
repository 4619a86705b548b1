package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that prints the answer of one API path, as text or as JSON. */
abstract class View implements Callable<Integer> {

  @Mixin private AdminOptions admin;

  @Option(names = "--json", description = "Print the API's answer as JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** The path to request. */
  abstract String path();

  /** Prints the answer as text. */
  abstract void print(JsonObject answer, AdminClient client, PrintWriter out)
      throws RefusedException;

  @Override
  public final Integer call() throws RefusedException {
    AdminClient client = admin.client();
    JsonObject answer = client.get(path());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(answer.encodePrettily());
    } else {
      print(answer, client, out);
    }
    out.flush();
    return 0;
  }
}
