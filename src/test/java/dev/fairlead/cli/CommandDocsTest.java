package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Holds {@code docs/cli.md} to the commands and options there are. */
class CommandDocsTest {

  @Test
  void everyCommandAndOptionIsInTheDocs() throws IOException {
    String page = Files.readString(Path.of("docs/cli.md"));
    CommandLine all = new CommandLine(new FairleadCommand());
    all.getSubcommands().values().forEach(command -> assertIsIn(page, command));
  }

  private static void assertIsIn(String page, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    assertThat(page).contains(spec.name());
    spec.options().stream()
        .filter(option -> !option.inherited())
        .forEach(option -> assertThat(page).as(spec.name()).contains(option.names()[0]));
    command.getSubcommands().values().forEach(sub -> assertIsIn(page, sub));
  }
}
