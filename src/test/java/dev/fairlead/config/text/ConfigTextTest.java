package dev.fairlead.config.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.ConfigFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTextTest {
  @TempDir private Path directory;

  @Test
  void aFileIsReadWithItsFormatAndDirectory() throws IOException {
    Path file = Files.writeString(directory.resolve("a.YML"), "port: 1");
    assertThat(ConfigText.read(file))
        .isEqualTo(new ConfigText(file.toString(), ConfigFormat.YAML, "port: 1", directory));
  }

  @Test
  void aFileThatCantBeReadIsOneProblem() throws IOException {
    Path missing = directory.resolve("a.json");
    assertThatThrownBy(() -> ConfigText.read(missing))
        .hasMessage(missing + ": cannot be read: no such file");
    Path folder = Files.createDirectory(directory.resolve("b.toml"));
    assertThatThrownBy(() -> ConfigText.read(folder))
        .hasMessage(folder + ": cannot be read: it is a directory");
  }

  @Test
  void anotherEndingIsRefused() {
    assertThatThrownBy(() -> ConfigText.read(Path.of("fairlead.conf")))
        .hasMessage(
            "fairlead.conf: its format is not known (expected: .yaml, .yml, .json or .toml)");
  }
}
