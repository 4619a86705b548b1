package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes back to an earlier document. */
@Command(
    name = "rollback",
    description = "Puts the document of an earlier revision in force, as a new revision.")
final class ConfigRollbackCommand implements Callable<Integer> {

  @Parameters(paramLabel = "REV")
  private long revision;

  @Option(names = "--author", paramLabel = "NAME", description = "Who does it, for the history.")
  private String author;

  @Mixin private AdminOptions admin;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws RefusedException {
    JsonObject body = new JsonObject().put("revision", revision);
    if (author != null) {
      body.put("author", author);
    }
    JsonObject answer = admin.client().send("POST", "/api/v1/config/rollback", body);
    return Outcome.print(answer, spec.commandLine());
  }
}
