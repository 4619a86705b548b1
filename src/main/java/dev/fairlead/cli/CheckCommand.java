package dev.fairlead.cli;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Plural;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.member.file.ReferencedFiles;
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
    ConfigLoader loader = options.loader();
    LoadResult result = loader.load(text);
    List<Problem> problems =
        result.isValid()
            ? loader.placed(text, ReferencedFiles.problems(text.name(), result.config()))
            : result.problems();
    if (!problems.isEmpty()) {
      problems.forEach(err::println);
      return FairleadCommand.FAILED;
    }
    spec.commandLine().getOut().println(options.file() + ": valid " + summary(result.config()));
    return 0;
  }

  private static String summary(FairleadConfig config) {
    int backends = config.pools().stream().mapToInt(pool -> pool.backends().size()).sum();
    String listeners = Plural.of(config.listeners().size(), "listener");
    String pools = Plural.of(config.pools().size(), "pool");
    return "(" + listeners + ", " + pools + ", " + Plural.of(backends, "backend") + ")";
  }
}
