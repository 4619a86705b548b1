package dev.fairlead.cli;

import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drains and stops members. */
@Command(
    name = "shutdown",
    description = {
      "Drains and stops one member or all of them, as SIGTERM does.",
      "Returns when the command is sent, not when the members have stopped."
    })
final class ShutdownCommand extends ClientCommand {
  private static final String EVERY_MEMBER = "*";

  @ArgGroup(multiplicity = "1")
  private Receivers receivers;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      description = "Time for live sessions to finish, such as 30s; default: each member's own.")
  private @Nullable String grace;

  /** Exactly one of the two options. */
  static final class Receivers {
    @Option(
        names = "--member",
        paramLabel = "MEMBER",
        description = "A member's id or name; * = every member, as --all.")
    private @Nullable String member;

    @Option(names = "--all", description = "Every member.")
    private boolean all;

    /** As the API takes it. */
    String wanted() {
      return all ? EVERY_MEMBER : String.valueOf(member);
    }
  }

  @Override
  public Integer call() throws RefusedException {
    String wanted = receivers.wanted();
    JsonObject body = new JsonObject().put("member", wanted);
    if (grace != null) {
      body.put("grace", grace);
    }
    client().send("POST", "/api/v1/shutdown", body);
    String who =
        wanted.equals(EVERY_MEMBER)
            ? "all members are"
            : "member " + AnswerText.printable(wanted) + " is";
    out().println(who + " told to shut down");
    return 0;
  }
}
