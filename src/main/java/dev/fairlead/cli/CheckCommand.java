package dev.fairlead.cli;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.member.ReferencedFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Validates a configuration file and the files it names; prints every problem at once. */
@Command(name = "check", description = "Validates a configuration; prints every problem at once.")
final class CheckCommand implements Callable<Integer> {

  @Mixin private ConfigOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    ConfigText text;
    try {
      text = ConfigText.read(options.file());
    } catch (IOException e) {
      err.println(e.getMessage());
      return FairleadCommand.FAILED;
    }
    LoadResult result = options.loader().load(text);
    if (!result.isValid()) {
      result.problems().forEach(err::println);
      return FairleadCommand.FAILED;
    }
    List<Problem> problems = ReferencedFiles.problems(options.file().toString(), result.config());
    if (!problems.isEmpty()) {
      problems.forEach(err::println);
      return FairleadCommand.FAILED;
    }
    spec.commandLine().getOut().println(options.file() + ": valid " + summary(result.config()));
    return 0;
  }

  private static String summary(FairleadConfig config) {
    int backends = config.pools().stream().mapToInt(pool -> pool.backends().size()).sum();
    return "("
        + count(config.listeners().size(), "listener")
        + ", "
        + count(config.pools().size(), "pool")
        + ", "
        + count(backends, "backend")
        + ")";
  }

  private static String count(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
