package dev.fairlead.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The cluster's configuration and its past. */
@Command(
    name = "config",
    description = "Shows the cluster's configuration and its past, and goes back in it.",
    subcommands = {
      ConfigShowCommand.class,
      ConfigHistoryCommand.class,
      ConfigDiffCommand.class,
      ConfigRollbackCommand.class
    })
final class ConfigCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Missing command (expected: show, history, diff or rollback)");
  }
}
