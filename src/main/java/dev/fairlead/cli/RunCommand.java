package dev.fairlead.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a member until a signal or the cluster stops it. */
@Command(
    name = "run",
    description = {
      "Runs a member.",
      "SIGTERM and SIGINT drain it, a second one ends all sessions at once; SIGHUP re-reads the"
          + " configuration file."
    })
final class RunCommand implements Callable<Integer> {

  @Mixin private ConfigOptions options;

  @Option(names = "--cluster", description = "Short for --set cluster.enabled=true.")
  private boolean cluster;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    return new PlainRun(options.file(), options.overrides(), cluster)
        .call(spec.commandLine().getErr());
  }
}
