package dev.fairlead.config.bind;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Loads texts for the tests, as a file {@code f.yaml}, {@code f.json} or {@code f.toml}. */
public record Loading(Map<String, String> environment, List<String> overrides) {
  static final Path DIRECTORY = Path.of("/etc/fairlead");

  public static Loading plain() {
    return new Loading(Map.of(), List.of());
  }

  static Loading with(String... overrides) {
    return new Loading(Map.of(), List.of(overrides));
  }

  LoadResult load(ConfigFormat format, String text) {
    String name = "f." + format.label();
    return new ConfigLoader(environment, overrides)
        .load(new ConfigText(name, format, text, DIRECTORY));
  }

  LoadResult yaml(String text) {
    return load(ConfigFormat.YAML, text);
  }

  /** The configuration; fails with the problems when there are any. */
  public FairleadConfig config(ConfigFormat format, String text) {
    LoadResult result = load(format, text);
    if (!result.isValid()) {
      throw new AssertionError(lines(result));
    }
    return result.config();
  }

  public FairleadConfig config(String yaml) {
    return config(ConfigFormat.YAML, yaml);
  }

  /** Each problem as it is printed. */
  public List<String> problems(ConfigFormat format, String text) {
    return load(format, text).problems().stream().map(Problem::toString).toList();
  }

  public List<String> problems(String yaml) {
    return problems(ConfigFormat.YAML, yaml);
  }

  private static String lines(LoadResult result) {
    return result.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
  }
}
