package dev.fairlead.cli;

import dev.fairlead.config.text.DocumentDiff;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what changed between two revisions. */
@Command(
    name = "diff",
    description = "Shows what changed from revision A to revision B, as a unified diff.")
final class ConfigDiffCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "A")
  private long before;

  @Parameters(index = "1", paramLabel = "B")
  private long after;

  @Mixin private AdminOptions admin;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws RefusedException {
    AdminClient client = admin.client();
    PrintWriter out = spec.commandLine().getOut();
    DocumentDiff.unified(
            "revision " + before, text(client, before), "revision " + after, text(client, after))
        .forEach(out::println);
    out.flush();
    return 0;
  }

  private static String text(AdminClient client, long revision) throws RefusedException {
    return ConfigShowCommand.text(client.get(ConfigShowCommand.path(revision)));
  }
}
