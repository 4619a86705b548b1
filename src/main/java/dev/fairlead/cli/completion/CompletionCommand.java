package dev.fairlead.cli.completion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the completion script of a shell. */
@Command(
    name = "completion",
    description = {
      "Prints a script with which a shell completes commands, options, files, and the pools,"
          + " backends, members, listeners, sessions and revisions of the running cluster.",
      "bash: source <(fairlead completion bash); zsh: the same; fish: fairlead completion fish |"
          + " source."
    })
public final class CompletionCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = ShellCandidates.class,
      description = "bash, zsh or fish.")
  private String shell;

  @Spec private CommandSpec spec;

  /** For shell completion. */
  static final class ShellCandidates extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    ShellCandidates() {
      super(Stream.of(Shell.values()).map(Shell::label).toList());
    }
  }

  /**
   * Writes the scripts of all shells, for the build.
   *
   * @param args a directory, and the class of the command
   */
  public static void main(String... args) throws ReflectiveOperationException, IOException {
    Object root = Class.forName(args[1]).getDeclaredConstructor().newInstance();
    CompletionSpec commands = CompletionSpec.of(new CommandLine(root));
    for (Shell each : Shell.values()) {
      Files.writeString(Path.of(args[0], each.fileName()), each.script(commands));
    }
  }

  @Override
  public Integer call() {
    Shell wanted =
        Stream.of(Shell.values())
            .filter(each -> each.label().equals(shell))
            .findFirst()
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), shell + " (expected: bash, zsh or fish)"));
    CommandLine out = spec.commandLine();
    out.getOut().print(wanted.script(CompletionSpec.of(spec.root().commandLine())));
    out.getOut().flush();
    return 0;
  }
}
