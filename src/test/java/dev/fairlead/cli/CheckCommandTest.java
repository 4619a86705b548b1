package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return FairleadCommand.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("f.yaml"), text);
  }

  @Test
  void aValidFileIsOneLineOnStdout() {
    assertThat(run("check", "-c", "conf/fairlead.yaml")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("conf/fairlead.yaml: valid (1 listener, 1 pool, 3 backends)");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void everyProblemIsALineOnStderr() throws IOException {
    Path file = file("listeners: 3\npools: [{name: a, wait: 1}]\n");
    assertThat(run("check", "-c", file.toString(), "--set", "node.admin.prot=1")).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .hasSize(3)
        .contains(
            file + ":1: listeners: 3 (expected: a list)",
            "--set node.admin.prot: unknown key (did you mean \"port\"?)");
  }

  @Test
  void overridesAreChecked() throws IOException {
    Path file = file("pools: []\n");
    assertThat(run("check", "-c", file.toString(), "--set", "pools[0]={name: a, backends: []}"))
        .isZero();
    assertThat(out.toString()).contains("(0 listeners, 1 pool, 0 backends)");
  }

  @Test
  void aFileThatCantBeReadIsOneLine() {
    Path missing = directory.resolve("missing.toml");
    assertThat(run("check", "-c", missing.toString())).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly(missing + ": cannot be read: no such file");
  }

  @Test
  void wrongUsageIsTwo() {
    assertThat(run("check", "--sett", "a=b")).isEqualTo(2);
    assertThat(run("chekc")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(run("check", "--help")).isZero();
  }

  @Test
  void versionNamesThePartsAndTheTransports() {
    assertThat(run("version")).isZero();
    assertThat(out.toString().lines().map(line -> line.substring(0, line.indexOf(" "))))
        .containsExactly("Fairlead", "Vert.x", "Netty", "Hazelcast", "JDK", "Transport");
    assertThat(out.toString()).doesNotContain("unknown").doesNotContain("${");
  }
}
