package dev.fairlead.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cli.FairleadCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A configuration goes to standard output or to a file, and a file that cannot be used is named
 * with what was expected. Provoked by files that are missing. A failure loses the result, or says
 * only {@code no such file}.
 */
final class ImportCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;
  private Path source;

  @BeforeEach
  void writeSource() throws IOException {
    source =
        Files.writeString(
            directory.resolve("haproxy.cfg"), "listen a\n bind :80\n server s 10.0.0.1:81\n");
  }

  @Test
  void resultGoesToStandardOutput() {
    assertThat(run("import", "haproxy", source.toString())).isZero();
    assertThat(out.toString()).contains("bind: 0.0.0.0:80");
  }

  @Test
  void resultGoesToAFile() throws IOException {
    Path result = directory.resolve("fairlead.yaml");
    assertThat(run("import", "haproxy", source.toString(), "-o", result.toString())).isZero();
    assertThat(result).content().contains("bind: 0.0.0.0:80");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void fileThatCannotBeWrittenIsNamed() {
    Path result = directory.resolve("none/fairlead.yaml");
    assertThat(run("import", "haproxy", source.toString(), "-o", result.toString())).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo(
            "haproxy: --output "
                + result
                + " (expected: a file that can be written, but: no such directory)");
  }

  @Test
  void fileThatCannotBeReadIsNamed() {
    Path missing = directory.resolve("none.cfg");
    assertThat(run("import", "haproxy", missing.toString())).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo("haproxy: " + missing + " (expected: a file that can be read)");
  }

  private int run(String... args) {
    return FairleadCommand.execute(
        Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
