package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LogDestination;
import dev.fairlead.config.NodeConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SubstitutionTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PORT", "9001", "NAME", "web", "EMPTY", "", "RAW", "${NAME}", "IDLE", "5s");

  private final Loading loading = new Loading(ENVIRONMENT, List.of());

  private String reply(String written) {
    String yaml = "pools: [{name: a, replies: {noBackend: '" + written + "'}}]";
    return loading.config(yaml).pools().get(0).replies().noBackend();
  }

  @ParameterizedTest
  @CsvSource({
    "no variable, no variable",
    "${NAME}, web",
    "a ${NAME} b, a web b",
    "${NAME}${PORT}, web9001",
    "${MISSING:x y}, x y",
    "${MISSING:a:b}, a:b",
    "[${MISSING:}], []",
    "${NAME:x}, web",
    "[${EMPTY:x}], []",
    "$${NAME}, ${NAME}",
    "$$${NAME}, $${NAME}",
    "$$NAME $ {} $, $$NAME $ {} $",
    "${RAW}, ${NAME}",
    "{cause}, {cause}"
  })
  void variablesArePutIntoTexts(String written, String expected) {
    assertThat(reply(written)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "${MISSING}, 'environment variable MISSING to be set, or a default: ${MISSING:...}'",
    "a ${NAME} ${MISSING}, 'environment variable MISSING to be set, or a default: ${MISSING:...}'",
    "${}, '${NAME} or ${NAME:default}; $${ for a literal ${'",
    "${NAME, '${NAME} or ${NAME:default}; $${ for a literal ${'",
    "${A B}, '${NAME} or ${NAME:default}; $${ for a literal ${'",
    "${A:${NAME}}, '${NAME} or ${NAME:default}; $${ for a literal ${'"
  })
  void whatCantBeReplacedIsAProblem(String written, String expected) {
    assertThat(loading.problems("pools: [{name: a, replies: {noBackend: '" + written + "'}}]"))
        .containsExactly(
            "f.yaml:1: pools[0].replies.noBackend: " + written + " (expected: " + expected + ")");
  }

  @ParameterizedTest
  @EnumSource(ConfigFormat.class)
  void aWholeSubstitutionTakesTheTypeOfItsKey(ConfigFormat format) {
    String text =
        switch (format) {
          case YAML -> "{host: '::', port: '${PORT}', backends: [{host: a, port: '${P:7}'}]}";
          case JSON ->
              """
              {"host": "::", "port": "${PORT}", "backends": [{"host": "a", "port": "${P:7}"}]}\
              """;
          case TOML -> "host = '::'\nport = '${PORT}'\nbackends = [{host = 'a', port = '${P:7}'}]";
        };
    FairleadConfig config = loading.config(format, text);
    assertThat(config.listeners().get(0).bind().port()).isEqualTo(9001);
    assertThat(config.pools().get(0).backends().get(0).port()).isEqualTo(7);
  }

  @Test
  void everyTypeCanBeAWholeSubstitution() {
    NodeConfig node =
        loading
            .config(
                """
                node:
                  name: ${N:null}
                  eventLoops: ${E:auto}
                  accessLog: { to: "${L:false}" }
                  shutdown: { delay: "${IDLE}" }
                  admin: { tokenFile: "${TOKEN:null}" }
                cluster: { enabled: "${C:false}" }
                """)
            .node();
    assertThat(node.name()).isNull();
    assertThat(node.eventLoops()).isEqualTo(NodeConfig.AUTO);
    assertThat(node.accessLog().to()).isEqualTo(LogDestination.OFF);
    assertThat(node.shutdown().delay()).hasSeconds(5);
    assertThat(node.admin().tokenFile()).isNull();
  }

  @Test
  void aPartOfATextStaysText() {
    assertThat(loading.problems("{host: '::', port: '${PORT}0', backends: []}"))
        .containsExactly("f.yaml:1: port: ${PORT}0 (expected: 0 to 65535)");
  }

  @Test
  void problemsDoNotShowWhatAVariableHeld() {
    assertThat(loading.problems("{host: '::', port: '${NAME}', backends: []}"))
        .containsExactly("f.yaml:1: port: ${NAME} (expected: 0 to 65535)");
    assertThat(
            loading.problems(
                """
                node: { admin: { host: "${NAME}" } }
                listeners:
                  - { name: "${NAME}", bind: "127.0.0.1:${PORT}", pool: "${NAME}" }
                  - { name: "${NAME}", bind: "0.0.0.0:${PORT}", pool: "${NAME}" }
                  - { name: c, bind: "127.0.0.1:9001", pool: "${NAME}" }
                pools:
                  - { name: "${NAME}x", health: { port: "${PORT}" }, backends: [{ unix: /a }] }
                  - { name: b, backends: [{ host: "${NAME}", port: 1 }, { host: web, port: 1 }] }
                  - { name: "${NAME}x", backends: [{ host: web, port: 1 }, { host: "${NAME}", port: 1 }] }
                  - { name: d, limits: { queue: { size: "${PORT}" } } }
                """))
        .hasSizeGreaterThan(8)
        .noneMatch(
            line -> line.replaceAll("127.0.0.1:9001|pools\\[\\d]|: web:1 ", "").contains("web"))
        .filteredOn(line -> line.contains("9001"))
        .allMatch(line -> line.startsWith("f.yaml:5: listeners[2].bind: 127.0.0.1:9001 "));
  }
}
