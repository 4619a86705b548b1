package dev.fairlead.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Defaults of options that the environment sets; an empty variable sets none. */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {
  private static final Map<String, String> VARIABLES =
      Map.of(
          "--admin", "FAIRLEAD_ADMIN", "--token-file", "FAIRLEAD_TOKEN_FILE", "--author", "USER");

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    String variable = arg instanceof OptionSpec option ? VARIABLES.get(option.longestName()) : null;
    String value = variable == null ? "" : environment.getOrDefault(variable, "");
    return value.isBlank() ? null : value;
  }
}
