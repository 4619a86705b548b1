package dev.fairlead.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that shows what one path of the API answers, for people or for machines. */
abstract class View implements Callable<Integer> {

  @Mixin private AdminOptions admin;

  @Option(names = "--json", description = "Print the API's answer, for machines.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** The path to ask. */
  abstract String path();

  /** Prints what was answered, for people. */
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

  /** The objects of a list. */
  static List<JsonObject> each(JsonObject answer, String list) {
    return answer.getJsonArray(list, new JsonArray()).stream()
        .map(each -> (JsonObject) each)
        .toList();
  }

  /** The same, by name. */
  static List<JsonObject> byName(JsonObject answer, String list) {
    return each(answer, list).stream()
        .sorted(Comparator.comparing((JsonObject one) -> one.getString("name")))
        .toList();
  }
}
