package dev.fairlead.imports;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Document;
import dev.fairlead.imports.haproxy.HaproxyImport;
import dev.fairlead.imports.nginx.NginxImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that what people have for HAProxy and nginx becomes a configuration that loads, and that
 * no directive is lost. Provoked by configurations in the style of the documentation of well-known
 * servers, of which each line is left out in turn. A failure shows the line, or what differs from
 * the file beside the example; {@code -Dfairlead.golden=write} writes these files anew.
 */
final class ImportExamplesTest {
  private static final Path EXAMPLES = Path.of("src/test/resources/imports");

  /** They say what is so without them, in both programs: there is nothing to write. */
  private static final Set<String> SAY_THE_DEFAULT =
      Set.of("mode tcp", "tcp-check connect", "hostnames;");

  static Stream<Path> examples() throws IOException {
    try (Stream<Path> all = Files.walk(EXAMPLES, 2)) {
      return all
          .filter(file -> file.toString().matches(".*\\.(cfg|conf)"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theResultIsThatBesideTheExample(Path example) throws IOException {
    Path golden = example.resolveSibling(example.getFileName() + ".yaml");
    String yaml = yaml(example, Files.readString(example));
    if ("write".equals(System.getProperty("fairlead.golden"))) {
      Files.writeString(golden, yaml);
    }
    assertThat(yaml).isEqualTo(Files.readString(golden));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theResultLoads(Path example) throws IOException {
    String yaml = yaml(example, Files.readString(example));
    ConfigText text =
        new ConfigText("made.yaml", Document.of(ConfigFormat.YAML, yaml), Path.of("/"));
    assertThat(new ConfigLoader(Map.of(), List.of()).load(text).problems()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void noLineIsLost(Path example) throws IOException {
    List<String> lines = Files.readAllLines(example);
    String whole = yaml(example, String.join("\n", lines));
    List<String> lost = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip().replaceAll("\\s+", " ");
      boolean directive = !line.isEmpty() && !line.startsWith("#") && !line.matches("}|.*\\{");
      if (directive
          && !SAY_THE_DEFAULT.contains(line)
          && whole.equals(without(example, lines, i))) {
        lost.add((i + 1) + ": " + line);
      }
    }
    assertThat(lost).isEmpty();
  }

  @Test
  void theDocumentedExampleIsWhatIsPrinted() throws IOException {
    String page = Files.readString(Path.of("docs/migration.md"));
    String yaml = HaproxyImport.yaml("pg.cfg", block(page, "haproxy"));
    assertThat(block(page, "yaml")).isEqualTo(yaml);
  }

  private static String block(String page, String language) {
    int begin = page.indexOf("```" + language + "\n") + language.length() + 4;
    return page.substring(begin, page.indexOf("```", begin));
  }

  private static String without(Path example, List<String> lines, int index) {
    List<String> rest = new ArrayList<>(lines);
    rest.set(index, "");
    try {
      return yaml(example, String.join("\n", rest));
    } catch (ImportException e) {
      return e.toString();
    }
  }

  private static String yaml(Path example, String text) {
    String name = String.valueOf(example.getFileName());
    String yaml =
        name.endsWith(".cfg")
            ? HaproxyImport.yaml(name, text)
            : NginxImport.yaml(name, text, example.getParent());
    return yaml.lines()
        .map(line -> line.replace(EXAMPLES + "/", ""))
        .collect(joining("\n", "", "\n"));
  }
}
