package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.cli.FairleadCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Ensures that a shell completes every command and option. Provoked by a real bash that is asked
 * what it would offer. A failure would look like a command that Tab does not know.
 */
class CompletionIT {
  private static final Path BASH = Path.of("/bin/bash");

  @TempDir private Path directory;
  private Path script;

  @BeforeEach
  void unpack() throws Exception {
    assumeTrue(Files.isExecutable(BASH), "no bash");
    script = Tarball.unpack(directory).path("completion", "fairlead.bash");
  }

  /** What bash offers after {@code words}, the last of which is begun. */
  private List<String> offered(List<String> words) throws Exception {
    String ask =
        "shopt -s expand_aliases; source \"$1\" && complete -p fairlead && shift"
            + " && COMP_LINE=\"fairlead $*\" && COMP_POINT=${#COMP_LINE}"
            + " && _complete_fairlead; printf '%s\\n' \"${COMPREPLY[@]}\"";
    List<String> command = new ArrayList<>(List.of(BASH.toString(), "-c", ask, "ask"));
    command.add(script.toString());
    command.addAll(words);
    return Tarball.run(directory, command.toArray(String[]::new));
  }

  private List<String> offered(String... words) throws Exception {
    return offered(List.of(words));
  }

  @Test
  void bashOffersEveryCommandAndItsOptions() throws Exception {
    assertOffered(new CommandLine(new FairleadCommand()), List.of());
  }

  private void assertOffered(CommandLine command, List<String> words) throws Exception {
    CommandSpec spec = command.getCommandSpec();
    assertThat(offered(and(words, "--")))
        .as("%s --", words)
        .containsAll(spec.options().stream().map(option -> option.longestName()).toList());
    if (!shown(command).isEmpty()) {
      assertThat(offered(and(words, ""))).as("%s", words).containsAll(shown(command).keySet());
    }
    for (CommandLine sub : shown(command).values()) {
      assertOffered(sub, and(words, sub.getCommandName()));
    }
  }

  private static Map<String, CommandLine> shown(CommandLine command) {
    Map<String, CommandLine> shown = new LinkedHashMap<>(command.getSubcommands());
    shown.values().removeIf(each -> each.getCommandSpec().usageMessage().hidden());
    return shown;
  }

  private static List<String> and(List<String> words, String last) {
    return Stream.concat(words.stream(), Stream.of(last)).toList();
  }

  @Test
  void bashOffersStatesAsTheConfigurationWritesThem() throws Exception {
    assertThat(offered("set", "web/10.0.0.1:9001", "--state", ""))
        .contains("enabled", "draining", "disabled");
  }

  @Test
  void bashOffersFiles() throws Exception {
    Files.createFile(directory.resolve("my.yaml"));
    assertThat(offered("check", "-c", "my")).contains("my.yaml");
  }
}
