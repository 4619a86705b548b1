package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExampleConfigsTest {
  private static final Pattern BLOCK =
      Pattern.compile("^```(yaml|toml|json)\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern WHOLE_CONFIGURATION =
      Pattern.compile(
          "^(listeners:|host ?[:=])|\\[\\[listeners]]|\"listeners\"", Pattern.MULTILINE);

  private static Stream<Path> files(Path directory, String ending) {
    if (!Files.isDirectory(directory)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(ending)).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Path> confFiles() {
    return files(Path.of("conf"), "")
        .filter(f -> !f.endsWith("fairlead.schema.json"))
        .filter(f -> ConfigFormat.ofFile(f.toString()).isPresent());
  }

  /** Every block of the documentation that is a configuration, named after its page and line. */
  static Stream<ConfigText> documentedConfigurations() {
    Stream<Path> readme = Stream.of(Path.of("README.md")).filter(Files::exists);
    return Stream.concat(readme, files(Path.of("docs"), ".md")).flatMap(ExampleConfigsTest::blocks);
  }

  private static Stream<ConfigText> blocks(Path page) {
    String text = new String(bytes(page), StandardCharsets.UTF_8);
    List<MatchResult> blocks = BLOCK.matcher(text).results().toList();
    return blocks.stream()
        .filter(block -> WHOLE_CONFIGURATION.matcher(block.group(2)).find())
        .map(
            block -> {
              String name = page + " line " + text.substring(0, block.start()).lines().count();
              ConfigFormat format = ConfigFormat.ofFile("x." + block.group(1)).orElseThrow();
              return new ConfigText(
                  name, format, block.group(2), page.toAbsolutePath().getParent());
            });
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LoadResult load(ConfigText text) {
    return new ConfigLoader(Map.of(), List.of()).load(text);
  }

  @ParameterizedTest
  @MethodSource("confFiles")
  void everyFileInConfLoads(Path file) throws IOException {
    assertThat(load(ConfigText.read(file)).problems()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("documentedConfigurations")
  void everyConfigurationInTheDocsLoads(ConfigText text) {
    assertThat(load(text).problems()).isEmpty();
  }

  @Test
  void theFullFileShowsTheDefaults() throws IOException {
    FairleadConfig full = load(ConfigText.read(Path.of("conf/full.yaml"))).config();
    FairleadConfig bare =
        Loading.plain()
            .config(
                """
                listeners: [{ name: web, bind: 0.0.0.0:8080, pool: web }]
                pools: [{ name: web, backends: [{ host: 10.0.0.1, port: 9001 }] }]
                """);
    assertThat(full).isEqualTo(bare);
  }
}
