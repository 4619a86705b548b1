package dev.fairlead.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The environment, and the defaults of options that it sets; an empty variable sets none. */
record EnvironmentDefaults(Map<String, String> variables) implements IDefaultValueProvider {
  private static final Map<String, String> VARIABLES =
      Map.of(
          "--admin", "FAIRLEAD_ADMIN", "--token-file", "FAIRLEAD_TOKEN_FILE", "--author", "USER");

  /** Those that {@code command} was made with; none for one that does not run. */
  static EnvironmentDefaults of(CommandSpec command) {
    return command.defaultValueProvider() instanceof EnvironmentDefaults set
        ? set
        : new EnvironmentDefaults(Map.of());
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    return arg instanceof OptionSpec option ? ofOption(option.longestName()) : null;
  }

  /** Null if the environment does not set the option. */
  @Nullable String ofOption(String name) {
    String variable = VARIABLES.get(name);
    String value = variable == null ? "" : get(variable);
    return value.isBlank() ? null : value;
  }

  /** Empty if it is not set. */
  String get(String variable) {
    return variables.getOrDefault(variable, "");
  }
}
