package dev.fairlead.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cli.FairleadCommand;
import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that Tab offers what may follow. Provoked with real shells, and a program that answers
 * for the cluster. A failure would look like half an address that is completed to nonsense.
 */
class CompletionCommandTest {
  /** Tells what it was asked, and names of backends with the colons that bash splits at. */
  private static final String PROGRAM =
      """
      #!/bin/sh
      echo "$@" >>asked
      case "$2" in
        backends) echo web/10.0.0.1:9001; echo web/10.0.0.2:9001; echo 'api/[::1]:80' ;;
        pools) echo web; echo api ;;
        revisions) echo 7; echo 6 ;;
        *) echo "$2"; exit 1 ;;
      esac
      """;

  @TempDir private Path directory;

  @BeforeEach
  void write() throws IOException {
    Path program = Files.writeString(directory.resolve("fairlead"), PROGRAM);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(directory.resolve("my web.yaml"), "");
  }

  private Path script(String shell) throws IOException {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out, true);
    assertThat(FairleadCommand.execute(Map.of(), writer, writer, "completion", shell)).isZero();
    return Files.writeString(directory.resolve("script." + shell), out.toString());
  }

  /** What bash offers in place of the last word of {@code line}. */
  private List<String> offered(String line) throws IOException {
    Program.assumeInstalled("bash");
    String ask =
        "PATH=$PWD:$PATH; source \"$1\" && complete -p fairlead >/dev/null && COMP_LINE=$2"
            + " COMP_POINT=${#2} && _complete_fairlead; printf '%s\\n' \"${COMPREPLY[@]}\"";
    Program.Answer answer =
        Program.run(
            directory,
            "bash",
            "--norc",
            "-c",
            ask,
            "ask",
            script("bash").toString(),
            "fairlead " + line);
    return answer.output().strip().lines().toList();
  }

  @Test
  void commandsOptionsAndWords() throws IOException {
    assertThat(offered(""))
        .contains("run", "push", "top", "completion")
        .doesNotContain("__complete");
    assertThat(offered("co")).containsExactly("config", "completion");
    assertThat(offered("config ")).containsExactly("show", "history", "diff", "rollback");
    assertThat(offered("pools --s")).containsExactly("--sort");
    assertThat(offered("pools --sort C")).containsExactly("CLUSTER", "CONFIGURED");
    assertThat(offered("pools --color ")).containsExactly("auto", "always", "never");
    assertThat(offered("set web/a:1 --state=d")).containsExactly("draining", "disabled");
    assertThat(offered("completion ")).containsExactly("bash", "zsh", "fish");
    assertThat(offered("events --type ")).contains("BackendDown", "MetricsReport");
    assertThat(offered("events --type Conf")).containsExactly("ConfigUpdate");
    assertThat(offered("pools -o ")).containsExactly("table", "wide");
    assertThat(offered("push - --format ")).containsExactly("yaml", "json", "toml");
    assertThat(offered("push --message ")).isEmpty();
  }

  @Test
  void filesWithSpaces() throws IOException {
    assertThat(offered("check -c my")).containsExactly("my web.yaml");
    assertThat(offered("push my")).containsExactly("my web.yaml");
  }

  @ParameterizedTest
  @CsvSource({
    "'set ', 'listener pool web/10.0.0.1:9001 web/10.0.0.2:9001 api/[::1]:80'",
    "'set listener ', listeners",
    "'set web/10.0.0.2', web/10.0.0.2:9001",
    "'set web/10.0.0.1:9', 9001",
    "'set api/[::', 1]:80",
    "'diff ', '7 6'",
    "'diff 7 ', '7 6'",
    "'config rollback --author ann 6', 6",
    "'push x.yaml --expect ', '7 6'",
    "'sessions kill ', sessions",
    "'sessions kill a ', sessions",
    "'shutdown --member ', members",
    "'explain --listener ', listeners",
  })
  void namesOfTheCluster(String line, String names) throws IOException {
    assertThat(offered(line)).containsExactly(names.split(" "));
  }

  @Test
  void theMemberThatIsTypedIsAsked() throws IOException {
    offered("set --admin https://m1:8081 --weight 3 --ca ca.pem ");
    assertThat(Files.readString(directory.resolve("asked")))
        .isEqualTo("__complete backends --admin https://m1:8081 --ca ca.pem\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zsh", "fish"})
  void otherShellsUnderstandTheirScript(String shell) throws IOException {
    Path script = script(shell);
    assertThat(script).content().contains("__complete", "v:set --state");
    Program.assumeInstalled(shell);
    String ask =
        shell.equals("fish")
            ? "set -x PATH $PWD $PATH; source "
                + script
                + "; complete -C 'fairlead set web/10.0.0.2'"
            : "PATH=$PWD:$PATH; compdef() { :; }; source "
                + script
                + "; __fairlead_candidates fairlead set web/10.0.0.2 | grep 0.2";
    assertThat(Program.run(directory, shell, "-c", ask).output())
        .contains("web/10.0.0.2:9001")
        .doesNotContain("rror");
  }
}
