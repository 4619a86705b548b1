package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What {@code run} understands without picocli is what picocli understands. */
class PlainRunTest {

  @Test
  void takesTheDefaultFileWhenNoneIsNamed() {
    assertThat(PlainRun.of("run"))
        .contains(new PlainRun(Path.of(ConfigOptions.DEFAULT_FILE), List.of(), false));
  }

  @Test
  void takesEveryOptionInAnyOrder() {
    assertThat(
            PlainRun.of("run", "--set", "a.b=1", "--cluster", "-c", "x.yaml", "--set", "c[0].d=2"))
        .contains(new PlainRun(Path.of("x.yaml"), List.of("a.b=1", "c[0].d=2"), true));
    assertThat(PlainRun.of("run", "--config", "x.json"))
        .contains(new PlainRun(Path.of("x.json"), List.of(), false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check",
        "check -c x.yaml",
        "run --help",
        "run -h",
        "run -cx.yaml",
        "run --set=a=b",
        "run --config=x.yaml",
        "run -c",
        "run -c --cluster",
        "run -c x -c y",
        "run --cluster --cluster",
        "run x.yaml",
        "run -c x.yaml y",
        "run --unknown x"
      })
  void leavesEverythingElseToPicocli(String line) {
    assertThat(PlainRun.of(line.split(" "))).isEmpty();
  }

  @Test
  void leavesAnEmptyLineToPicocli() {
    assertThat(PlainRun.of()).isEmpty();
  }

  /** A new option of {@code run} has to be known in both places, or be left to picocli. */
  @Test
  void runHasNoOtherOptions() {
    CommandSpec run =
        new CommandLine(new FairleadCommand()).getSubcommands().get("run").getCommandSpec();
    assertThat(run.options().stream().map(OptionSpec::longestName))
        .containsExactlyInAnyOrder("--config", "--set", "--cluster", "--help");
  }
}
