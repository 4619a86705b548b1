package dev.fairlead.cli;

import dev.fairlead.config.text.ConfigFiles;
import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives the cluster new listeners and pools. */
@Command(
    name = "push",
    description = {
      "Gives the cluster new listeners and pools: all members, or none.",
      "Exit code 1 also when it is in force but a member has not confirmed it yet; that member goes"
          + " on trying."
    })
final class PushCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The document (.yaml, .yml, .json or .toml).")
  private Path file;

  @Option(names = "--dry-run", description = "Every member checks it; nothing changes.")
  private boolean dryRun;

  @Option(
      names = "--expect",
      paramLabel = "REV",
      description = "Refuse when another revision is in force.")
  private Long expect;

  @Option(
      names = "--author",
      paramLabel = "NAME",
      description = "Who does it, for the history; default: this machine's address.")
  private String author;

  @Mixin private AdminOptions admin;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws RefusedException {
    ConfigFiles.Reading reading = ConfigFiles.read(file);
    if (reading.text() == null) {
      throw new RefusedException(reading.problem().toString());
    }
    ConfigText text = reading.text();
    JsonObject answer =
        admin
            .client()
            .post(
                path(),
                new AdminClient.Upload(text.format().label(), text.text()),
                expect,
                problem -> Lines.problem(file.toString(), problem));
    return dryRun ? printChecked(answer) : Outcome.print(answer, spec.commandLine());
  }

  private String path() {
    String path = "/api/v1/config?dryRun=" + dryRun;
    return author == null ? path : path + "&author=" + AdminClient.encoded(author);
  }

  private int printChecked(JsonObject answer) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(file + ": valid, every member could put it in force; nothing was changed");
    Outcome.undone(answer, out);
    return 0;
  }
}
