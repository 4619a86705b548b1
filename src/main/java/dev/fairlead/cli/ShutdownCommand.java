package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets members drain and stop. */
@Command(
    name = "shutdown",
    description = {
      "Lets one member or all of them drain and stop, as SIGTERM does.",
      "Returns when it is said, not when it is done."
    })
final class ShutdownCommand implements Callable<Integer> {

  @ArgGroup(multiplicity = "1")
  private Who who;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      description = "Time live sessions have to finish, as 30s; default: each member's own.")
  private String grace;

  @Mixin private AdminOptions admin;

  @Spec private CommandSpec spec;

  /** One of the two. */
  static final class Who {
    @Option(names = "--member", paramLabel = "ID", description = "A member's id or name.")
    private String member;

    @Option(names = "--all", description = "Every member.")
    private boolean all;
  }

  @Override
  public Integer call() throws RefusedException {
    JsonObject body = new JsonObject().put("member", who.all ? "*" : who.member);
    if (grace != null) {
      body.put("grace", grace);
    }
    admin.client().send("POST", "/api/v1/shutdown", body);
    String said = who.all ? "all members are" : "member " + Lines.one(who.member) + " is";
    spec.commandLine().getOut().println(said + " told to shut down");
    return 0;
  }
}
