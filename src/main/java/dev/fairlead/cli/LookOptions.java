package dev.fairlead.cli;

import dev.fairlead.cli.terminal.Style;
import dev.fairlead.cli.terminal.TerminalDevice;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Mixin: whether the output is for people or for programs. */
final class LookOptions {
  private static final String AUTO = "auto";
  private static final List<String> WHEN = List.of(AUTO, "always", "never");

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = AUTO,
      completionCandidates = WhenCandidates.class,
      description = {
        "Colours and units: always, never, or auto, the default: in a terminal.",
        "NO_COLOR and TERM=dumb mean auto without colours."
      })
  private String when;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** For shell completion. */
  static final class WhenCandidates extends java.util.ArrayList<String> {
    private static final long serialVersionUID = 1L;

    WhenCandidates() {
      super(WHEN);
    }
  }

  /** Refuses another word. */
  Style style(boolean wide) {
    if (!WHEN.contains(when)) {
      throw new ParameterException(
          spec.commandLine(), "--color: " + when + " (expected: always, never or auto)");
    }
    boolean always = when.equals("always");
    boolean people = always || isTerminal();
    EnvironmentDefaults environment = EnvironmentDefaults.of(spec);
    boolean plain =
        !environment.get("NO_COLOR").isEmpty() || environment.get("TERM").equals("dumb");
    boolean colours = always || (people && when.equals(AUTO) && !plain);
    return new Style(colours, people, wide);
  }

  /** Whether what is printed is seen by people; without {@code TERM} it is not. */
  boolean isTerminal() {
    return !EnvironmentDefaults.of(spec).get("TERM").isEmpty() && TerminalDevice.isOutput();
  }
}
