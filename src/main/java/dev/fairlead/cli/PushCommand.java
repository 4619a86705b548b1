package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replaces the cluster's listeners and pools. */
@Command(
    name = "push",
    description = {
      "Replaces the cluster's listeners and pools: on all members, or on none.",
      "The exit code is also 1 when the revision is in force but a member has not confirmed it yet;"
          + " that member keeps trying."
    })
final class PushCommand extends ClientCommand {
  private static final String STANDARD_INPUT = "-";

  @Parameters(
      paramLabel = "FILE",
      description = "The document (.yaml, .yml, .json or .toml), or - for standard input.")
  private String file;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      completionCandidates = FormatCandidates.class,
      description = "Of standard input: yaml, json or toml; default: yaml.")
  private @Nullable String format;

  /** For shell completion. */
  static final class FormatCandidates extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    FormatCandidates() {
      super(Stream.of(ConfigFormat.values()).map(ConfigFormat::label).toList());
    }
  }

  @Option(names = "--dry-run", description = "Only checks it on every member; nothing changes.")
  private boolean dryRun;

  @Mixin private ChangeOptions change;

  @Override
  public Integer call() throws RefusedException {
    ConfigText text;
    try {
      text = file.equals(STANDARD_INPUT) ? standardInput() : ConfigText.read(named());
    } catch (IOException e) {
      throw new RefusedException(String.valueOf(e.getMessage()));
    }
    JsonObject options = change.toJson();
    JsonObject answer = client().post(path(options), text, options.getLong("expect"));
    return dryRun ? printChecked(text.name(), answer) : printChange(answer);
  }

  private Path named() {
    if (format != null) {
      throw wrong("--format: only for standard input (expected: a file whose ending tells)");
    }
    return Path.of(file);
  }

  private ConfigText standardInput() throws IOException {
    String label = format == null ? ConfigFormat.YAML.label() : format;
    ConfigFormat known =
        ConfigFormat.ofFile("." + label)
            .orElseThrow(() -> wrong("--format: " + label + " (expected: yaml, json or toml)"));
    String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    return new ConfigText("standard input", known, text, null);
  }

  private String path(JsonObject options) {
    StringBuilder path = new StringBuilder("/api/v1/config?dryRun=" + dryRun);
    for (String name : List.of("author", "note")) {
      String value = options.getString(name);
      path.append(value == null ? "" : "&" + name + "=" + AdminClient.encoded(value));
    }
    return path.toString();
  }

  private int printChecked(String name, JsonObject answer) {
    String outcome =
        answer.getBoolean("unchanged", false)
            ? ": these are the listeners and pools of revision "
                + answer.getLong("revision")
                + ", a push would change nothing"
            : ": valid, every member could put it in force; nothing was changed";
    out().println(name + outcome);
    AnswerText.printUndone(answer, out());
    return 0;
  }
}
