package dev.fairlead.cli;

import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.completion.CompletionCommand;
import dev.fairlead.cli.convert.ImportCommand;
import dev.fairlead.cli.convert.SchemaCommand;
import dev.fairlead.config.Problem;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line, {@code java -jar fairlead.jar COMMAND}: one class per command. */
@Command(
    name = "fairlead",
    description = "A layer-4 proxy whose instances act as one.",
    versionProvider = VersionCommand.class,
    subcommands = {
      RunCommand.class,
      DemoCommand.class,
      CheckCommand.class,
      ImportCommand.class,
      SchemaCommand.class,
      PushCommand.class,
      ConfigCommand.class,
      ConfigCommand.ShowDiff.class,
      StatusCommand.class,
      MembersCommand.class,
      ListenersCommand.class,
      ListenersCommand.CertificatesCommand.class,
      PoolsCommand.class,
      SessionsCommand.class,
      EventsCommand.class,
      TopCommand.class,
      SetCommand.class,
      DrainCommand.class,
      RebalanceCommand.class,
      ExplainCommand.class,
      ShutdownCommand.class,
      CompletionCommand.class,
      CompleteCommand.class,
      VersionCommand.class
    })
public final class FairleadCommand implements Runnable {
  /** Exit code: refused or failed; the reason is on stderr, one line per problem. */
  public static final int FAILED = 1;

  private static final Pattern OF_OPTION =
      Pattern.compile("(?s)(?:--|Invalid value for option '-).* \\(expected: .*\\).*");

  /** Inherited by every command; read by picocli only. */
  @SuppressWarnings("UnusedVariable")
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  private boolean help;

  /** Read by picocli only. */
  @SuppressWarnings("UnusedVariable")
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of Fairlead and its parts and exit.")
  private boolean version;

  @Spec private CommandSpec spec;

  /**
   * Runs one command to its end; returns 0 done, 1 refused or failed, 2 wrong usage.
   *
   * @param environment the variables that set defaults of options
   */
  public static int execute(
      Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
    return PlainRun.of(args)
        .map(run -> FairleadCommand.execute(run, err))
        .orElseGet(() -> parse(environment, out, err, args));
  }

  /** Maps exceptions to output and exit code in the same way as picocli. */
  private static int execute(PlainRun run, PrintWriter err) {
    try {
      return run.call(err);
    } catch (Exception e) {
      err.println("run: " + Problem.reason(e));
      return FAILED;
    }
  }

  private static int parse(
      Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
    CommandLine commands = new CommandLine(new FairleadCommand());
    IParameterExceptionHandler withHelp = commands.getParameterExceptionHandler();
    return commands
        .setDefaultValueProvider(new EnvironmentDefaults(environment))
        .setOut(out)
        .setErr(err)
        .setExpandAtFiles(false)
        .registerConverter(int.class, text -> number(text, Integer.MAX_VALUE).intValue())
        .registerConverter(Integer.class, text -> number(text, Integer.MAX_VALUE).intValue())
        .registerConverter(long.class, text -> number(text, Long.MAX_VALUE))
        .registerConverter(Long.class, text -> number(text, Long.MAX_VALUE))
        .registerConverter(Path.class, FairleadCommand::path)
        .setExecutionExceptionHandler(FairleadCommand::failed)
        .setParameterExceptionHandler((e, words) -> wrong(e, words, withHelp))
        .execute(args);
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("'" + Problem.oneLine(text) + "' (expected: a path)");
    }
  }

  private static Long number(String text, long most) {
    try {
      long number = Long.parseLong(text);
      if (Math.abs(number) <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Answered below, with what was expected.
    }
    throw new TypeConversionException("'" + text + "' (expected: a whole number)");
  }

  private static int failed(
      Exception e, CommandLine command, CommandLine.ParseResult ignoredArguments) {
    if (e instanceof RefusedException refused) {
      refused.lines().forEach(command.getErr()::println);
    } else {
      command.getErr().println(command.getCommandName() + ": " + Problem.reason(e));
    }
    return FAILED;
  }

  /** A wrong value of an option: what was expected says more than the help of the command. */
  private static int wrong(ParameterException e, String[] args, IParameterExceptionHandler withHelp)
      throws Exception {
    CommandLine command = e.getCommandLine();
    String message = String.valueOf(e.getMessage());
    if (!OF_OPTION.matcher(message).matches()) {
      return withHelp.handleParseException(e, args);
    }
    command.getErr().println(message);
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
