package dev.fairlead.config.text;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.TOML;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LogDestination;
import dev.fairlead.config.bind.Loading;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TreeReaderTest {
  private static final String EMPTY =
      "empty (expected: listeners and pools, or host, port and backends)";

  private final Loading loading = Loading.plain();

  @ParameterizedTest
  @EnumSource(ConfigFormat.class)
  void anEmptyFileIsRefused(ConfigFormat format) {
    assertThat(loading.problems(format, "")).containsExactly("f." + format.label() + ": " + EMPTY);
    assertThat(loading.problems(format, " \n")).hasSize(1).allMatch(line -> line.endsWith(EMPTY));
  }

  @ParameterizedTest
  @CsvSource({
    "YAML, '# nothing'",
    "YAML, ---",
    "YAML, ~",
    "YAML, {}",
    "JSON, {}",
    "TOML, '# none'"
  })
  void aFileWithNothingInItIsEmpty(ConfigFormat format, String text) {
    assertThat(loading.problems(format, text)).hasSize(1).allMatch(line -> line.endsWith(EMPTY));
  }

  @ParameterizedTest
  @CsvSource({"YAML, hello", "YAML, '[1]'", "JSON, '\"x\"'", "JSON, '[]'", "JSON, 3", "YAML, 3"})
  void aFileThatIsNoMapIsRefused(ConfigFormat format, String text) {
    assertThat(loading.problems(format, text))
        .hasSize(1)
        .allMatch(line -> line.endsWith("(expected: a map of keys and values)"));
  }

  @Test
  void syntaxErrorsHaveTheirLine() {
    assertThat(loading.problems("listeners:\n  - name: [web\n"))
        .singleElement()
        .asString()
        .startsWith("f.yaml:3: not YAML: ");
    assertThat(loading.problems("a: b: c\n")).singleElement().asString().startsWith("f.yaml:1: ");
    assertThat(loading.problems(JSON, "{\n \"port\": 1,\n}"))
        .singleElement()
        .asString()
        .startsWith("f.json:3: not JSON: ");
    assertThat(loading.problems(JSON, "{\"port\": 1\n"))
        .containsExactly(
            "f.json:2: not JSON: Unexpected end-of-input: expected close marker for Object");
    assertThat(loading.problems(TOML, "port = 1\nhost = \nx = [\n"))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("f.toml:2: not TOML: ");
  }

  @Test
  void characterThatYamlForbidsHasItsLine() {
    assertThat(loading.problems("a: 1\nb: \u0001\n"))
        .containsExactly("f.yaml:2: not YAML: character \\u0001");
  }

  @Test
  void characterOutsideTheBasicPlaneMayStandAnywhere() {
    for (int column = 1000; column < 1030; column++) {
      String text = "# " + "x".repeat(column) + "\uD83D\uDE00\uD83D\uDE00\na: 1\n";
      assertThat(Document.of(ConfigFormat.YAML, text).hasKeys()).as("at %s", column).isTrue();
    }
  }

  @Test
  void duplicateKeysAreRefused() {
    assertThat(loading.problems("node:\n  admin: {port: 1}\n  admin: {port: 2, port: 3}\n"))
        .containsExactly(
            "f.yaml:3: node.admin.port: duplicate key (first at line 3)",
            "f.yaml:3: node.admin: duplicate key (first at line 2)");
    assertThat(loading.problems(JSON, "{\"pools\":[{\n\"name\":\"a\",\n\"name\":\"b\"}]}"))
        .containsExactly("f.json:3: pools[0].name: duplicate key (first at line 2)");
    assertThat(loading.problems(TOML, "port = 1\nport = 2\n"))
        .singleElement()
        .asString()
        .startsWith("f.toml:2: not TOML: port previously defined");
  }

  @Test
  void jsonEndsAfterItsValue() {
    assertThat(loading.problems(JSON, "{\"port\": 1}\n{}"))
        .containsExactly("f.json:2: more text after the end (expected: one JSON value)");
    assertThat(loading.problems(JSON, "{\"port\": 1} // x")).hasSize(1);
  }

  @Test
  void yamlIsOneDocument() {
    assertThat(loading.problems("a: 1\n---\nb: 2\n"))
        .containsExactly("f.yaml:2: a second document (expected: one YAML document)");
  }

  @Test
  void yamlTagsAreRefused() {
    assertThat(loading.problems("port: !!int \"3\"\n"))
        .containsExactly("f.yaml:1: tag:yaml.org,2002:int (expected: no tags)");
  }

  @Test
  void yamlKeysAreNames() {
    assertThat(loading.problems("? [a]\n: 1\n"))
        .containsExactly("f.yaml:1: a map or list as a key (expected: a name)");
  }

  @Test
  void yamlAliasesStandForWhatTheyName() {
    FairleadConfig config =
        loading.config(
            """
            pools:
              - name: a
                timeouts: &t { idle: 5m }
              - name: b
                timeouts: *t
            """);
    assertThat(config.pools().get(1).timeouts()).isEqualTo(config.pools().get(0).timeouts());
    assertThat(config.pools().get(1).timeouts().idle()).hasMinutes(5);
  }

  @Test
  void yamlAliasesThatCantEndAreRefused() {
    assertThat(loading.problems("a: &x [*x]\n"))
        .containsExactly("f.yaml:1: *x (expected: an anchor that stands before it)");
    assertThat(loading.problems("a: &x 1\nb: [" + "*x, ".repeat(1001) + "]\n"))
        .containsExactly("f.yaml:2: *x (expected: at most 1000 aliases)");
  }

  @Test
  void yamlAliasesThatMultiplyAreRefused() {
    String wide = "a: &a [1,1,1,1,1,1,1,1,1,1]\n";
    String deep = "a: &a [1]\n";
    for (char c = 'b'; c <= 'h'; c++) {
      String alias = "*" + (char) (c - 1) + " ,";
      wide += c + ": &" + c + " [" + alias.repeat(10) + "]\n";
      deep += c + ": &" + c + " [[[[[[[[[[ " + alias + " ]]]]]]]]]]\n";
    }
    assertThat(loading.problems(wide))
        .containsExactly("f.yaml:6: too long (expected: at most 500000 keys and values)");
    assertThat(loading.problems(deep))
        .containsExactly("f.yaml:8: nested too deep (expected: 64 levels)");
  }

  @Test
  void yamlIsReadAsVersion12() {
    assertThat(loading.problems("node: {accessLog: {to: off}, logLevel: no}"))
        .containsExactly(
            "f.yaml:1: node.logLevel: no (expected: one of error, warn, info, debug, trace)");
    FairleadConfig config = loading.config("node: {accessLog: {to: false}, name: yes}");
    assertThat(config.node().accessLog().to()).isEqualTo(LogDestination.OFF);
    assertThat(config.node().name()).isEqualTo("yes");
  }

  @ParameterizedTest
  @CsvSource({"YAML, 'a: '", "JSON, '{\"a\": '", "TOML, 'a = '"})
  void nestingHasALimit(ConfigFormat format, String start) {
    for (int depth : List.of(100, 100_000)) {
      assertThat(loading.problems(format, start + "[".repeat(depth))).isNotEmpty();
      assertThat(loading.problems(format, start + "[".repeat(depth) + "]".repeat(depth)))
          .isNotEmpty();
    }
    assertThat(loading.problems(TOML, "a.".repeat(50_000) + "b = 1")).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(ConfigFormat.class)
  void bytesThatAreNotUtf8AreRefused(ConfigFormat format) {
    String text = new String(new byte[] {'a', '\n', (byte) 0xC3, 'b'}, StandardCharsets.UTF_8);
    assertThat(loading.problems(format, text))
        .containsExactly("f." + format.label() + ":2: not UTF-8 (expected: UTF-8 text)");
  }

  @ParameterizedTest
  @CsvSource({"YAML, 'port: 99999'", "JSON, '{\"port\": 99999}'", "TOML, 'port = 99999'"})
  void aByteOrderMarkIsSkipped(ConfigFormat format, String text) {
    assertThat(loading.problems(format, "\uFEFF" + text))
        .contains("f." + format.label() + ":1: port: 99999 (expected: 0 to 65535)");
  }
}
