package dev.fairlead.cli;

import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replaces the cluster's listeners and pools. */
@Command(
    name = "push",
    description = {
      "Replaces the cluster's listeners and pools: on all members, or on none.",
      "The exit code is also 1 when the revision is in force but a member has not confirmed it yet;"
          + " that member keeps trying."
    })
final class PushCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The document (.yaml, .yml, .json or .toml).")
  private Path file;

  @Option(names = "--dry-run", description = "Only checks it on every member; nothing changes.")
  private boolean dryRun;

  @Option(
      names = "--expect",
      paramLabel = "REV",
      description = "Refuse unless revision REV is in force.")
  private @Nullable Long expect;

  @Option(
      names = "--author",
      paramLabel = "NAME",
      description = "The author in the history; default: this machine's address.")
  private @Nullable String author;

  @Mixin private AdminOptions admin;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws RefusedException {
    ConfigText text;
    try {
      text = ConfigText.read(file);
    } catch (IOException e) {
      throw new RefusedException(String.valueOf(e.getMessage()));
    }
    JsonObject answer = admin.client().post(path(), text, expect);
    return dryRun ? printChecked(answer) : AnswerText.printChange(answer, spec.commandLine());
  }

  private String path() {
    String path = "/api/v1/config?dryRun=" + dryRun;
    return author == null ? path : path + "&author=" + AdminClient.encoded(author);
  }

  private int printChecked(JsonObject answer) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(file + ": valid, every member could put it in force; nothing was changed");
    AnswerText.printUndone(answer, out);
    return 0;
  }
}
