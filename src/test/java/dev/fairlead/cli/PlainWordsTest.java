package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that wrong options are answered in plain words. Runs commands that no member has to
 * answer. A failure would be the name of a Java type or exception on the screen.
 */
class PlainWordsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "status --admin http://a_b:1",
        "status --admin http://a:1/|",
        "status --admin x",
        "status --token-file /no/such",
        "sessions --limit x",
        "sessions --limit 99999999999",
        "set p/b --weight x",
        "push f.yaml --expect 1.5",
        "config diff 1 b",
        "config rollback 99999999999999999999",
        "top --count x",
        "top --color blue",
        "pools --color x",
        "pools --sort nothing",
        "pools --sort pool:up",
        "pools -o json",
        "status --watch 0",
        "members --watch x",
        "members --count 2",
        "completion csh",
        "demo --port x",
        "shutdown --all --grace 1x",
        "check -c /no/such.yaml",
        "check -c \u0000",
        "push \u0000.yaml"
      })
  void wrongOptionsAreAnsweredWithoutNamesOfJavaTypes(String line) {
    StringWriter err = new StringWriter();
    int code =
        FairleadCommand.execute(
            Map.of(), new PrintWriter(err, true), new PrintWriter(err, true), line.split(" "));
    assertThat(code).isBetween(1, 2);
    assertThat(err.toString()).isNotEmpty().doesNotContain("Exception", "java.", "a int", "a long");
    assertThat(err.toString()).doesNotContain("an int ", "an int\n", "an int.");
  }

  @ParameterizedTest
  @CsvSource({
    "shutdwn, fairlead shutdown",
    "memebrs, fairlead members",
    "config shw, config show",
    "sessions kil, sessions kill"
  })
  void anUnknownCommandIsAnsweredWithOneThatIsNear(String line, String near) {
    CommandLineRun run = CommandLineRun.of(line.split(" "));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Did you mean: ", near);
  }
}
