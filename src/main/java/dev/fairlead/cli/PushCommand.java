package dev.fairlead.cli;

import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replaces the cluster's listeners and pools. */
@Command(
    name = "push",
    description = {
      "Replaces the cluster's listeners and pools: on all members, or on none.",
      "The exit code is also 1 when the revision is in force but a member has not confirmed it yet;"
          + " that member keeps trying."
    })
final class PushCommand extends ClientCommand {
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

  @Override
  public Integer call() throws RefusedException {
    ConfigText text;
    try {
      text = ConfigText.read(file);
    } catch (IOException e) {
      throw new RefusedException(String.valueOf(e.getMessage()));
    }
    JsonObject answer = client().post(path(), text, expect);
    return dryRun ? printChecked(answer) : printChange(answer);
  }

  private String path() {
    String path = "/api/v1/config?dryRun=" + dryRun;
    return author == null ? path : path + "&author=" + AdminClient.encoded(author);
  }

  private int printChecked(JsonObject answer) {
    out().println(file + ": valid, every member could put it in force; nothing was changed");
    AnswerText.printUndone(answer, out());
    return 0;
  }
}
