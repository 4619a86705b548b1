package dev.fairlead.cli;

import dev.fairlead.config.bind.ConfigLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Mixin: the options that select a configuration file. */
final class ConfigOptions {
  static final String DEFAULT_FILE = "conf/fairlead.yaml";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = DEFAULT_FILE,
      description = "The configuration (.yaml, .yml, .json or .toml); default: ${DEFAULT-VALUE}.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key by its path, such as node.admin.port=0; repeatable.")
  private List<String> overrides = new ArrayList<>();

  Path file() {
    return file;
  }

  List<String> overrides() {
    return List.copyOf(overrides);
  }

  /** Resolves {@code ${NAME}} from this process's environment. */
  ConfigLoader loader() {
    return new ConfigLoader(System.getenv(), overrides());
  }
}
