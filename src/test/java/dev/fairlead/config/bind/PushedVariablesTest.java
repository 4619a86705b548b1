package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Document;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that who may push does not read the environment of a member. Loads documents as pushed
 * ones. A failure would be a value that appears, or a name that is refused although it is allowed.
 */
class PushedVariablesTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "DB_PASSWORD", "hunter2",
          "FAIRLEAD_ZONE", "east",
          "SITE", "s1",
          "APP_PORT", "9001",
          "APP_HOST", "a.internal");

  private final ConfigLoader loader = new ConfigLoader(ENVIRONMENT, List.of());

  private static FairleadConfig own(String... patterns) {
    String list = patterns.length == 0 ? "" : "'" + String.join("', '", patterns) + "'";
    return Loading.plain().config("node: { environment: [" + list + "] }");
  }

  private LoadResult load(ConfigFormat format, String text, FairleadConfig own) {
    return loader.loadDynamic(
        new ConfigText("push", format, text, Loading.DIRECTORY), own, Set.of("SITE"));
  }

  private LoadResult yaml(String text, FairleadConfig own) {
    return load(ConfigFormat.YAML, text, own);
  }

  private static List<String> lines(LoadResult result) {
    return result.problems().stream().map(Problem::toString).toList();
  }

  private static String reply(String text) {
    return "pools:\n  - name: p\n    replies: { noBackend: '" + text + "' }\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"${DB_PASSWORD}", "a ${DB_PASSWORD:x} b", "${FAIRLEAD_ZONE} ${DB_PASSWORD}"})
  void otherVariablesAreRefusedByNameWithTheirPlace(String text) {
    assertThat(lines(yaml(reply(text), own())))
        .containsExactly(
            "push:3: pools[0].replies.noBackend: "
                + text
                + " (expected: another variable than DB_PASSWORD: a pushed document may use those"
                + " that begin with FAIRLEAD_, are in the member's own file or in its"
                + " node.environment)");
  }

  @Test
  void variablesThatAreNotSetAreRefusedAlike() {
    assertThat(lines(yaml(reply("${NOT_SET}"), own())))
        .isEqualTo(
            lines(yaml(reply("${DB_PASSWORD}"), own())).stream()
                .map(line -> line.replace("DB_PASSWORD", "NOT_SET"))
                .toList());
  }

  @Test
  void everyFormatAndEveryKeyIsJudged() {
    String json =
        """
        {"pools": [{"name": "p", "balance": "${DB_PASSWORD}",
          "backends": [{"host": "${DB_PASSWORD}", "port": 1}]}]}\
        """;
    String toml = "[[pools]]\nname = 'p'\nbalance = '${DB_PASSWORD}'\n";
    assertThat(lines(load(ConfigFormat.JSON, json, own()))).hasSize(2);
    assertThat(lines(load(ConfigFormat.TOML, toml, own()))).hasSize(1);
    assertThat(lines(load(ConfigFormat.JSON, json, own())))
        .allMatch(line -> line.contains("than DB_PASSWORD") && !line.contains("hunter2"));
  }

  @ParameterizedTest
  @CsvSource({
    "${FAIRLEAD_ZONE}, east",
    "${FAIRLEAD_NOT_SET:x}, x",
    "${SITE}, s1",
    "${APP_PORT}, 9001",
    "$${DB_PASSWORD}, ${DB_PASSWORD}"
  })
  void allowedVariablesAreReplaced(String text, String expected) {
    LoadResult result = yaml(reply(text), own("APP_*"));
    assertThat(result.config().pools().get(0).replies().noBackend()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "APP_PORT, true",
    "APP_*, true",
    "*, true",
    "*_PORT, true",
    "A*P*T, true",
    "APP_, false",
    "APP_PORT_*, false",
    "app_port, false",
    "PORT, false"
  })
  void patternsMatchWholeNames(String pattern, boolean matches) {
    assertThat(yaml(reply("${APP_PORT}"), own(pattern)).isValid()).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "a b", "1A", "A.*", "7", "${SITE}"})
  void otherEntriesOfTheEnvironmentAreRefused(String entry) {
    assertThat(Loading.plain().problems("node: { environment: [OK, \"" + entry + "\"] }"))
        .singleElement()
        .asString()
        .startsWith("f.yaml:1: node.environment[1]: ");
  }

  @Test
  void anOverrideBelongsToTheMember() {
    ConfigLoader withOverride =
        new ConfigLoader(ENVIRONMENT, List.of("pools[0].replies.noBackend=${DB_PASSWORD}"));
    LoadResult result =
        withOverride.loadDynamic(
            new ConfigText("push", ConfigFormat.YAML, reply("x"), null), own(), Set.of());
    assertThat(result.config().pools().get(0).replies().noBackend()).isEqualTo("hunter2");
    assertThat(result.dynamicPart().encode()).contains("${DB_PASSWORD}").doesNotContain("hunter2");
  }

  @Test
  void theFileMayUseAllAndMentionsOnlyWhatItsValuesUse() {
    String file =
        """
        # ${COMMENT}
        node: { stateDir: '/var/${SITE}/$${LITERAL}' }
        pools: [{ name: p, replies: { noBackend: '${A}${B:${C}' } }]
        """;
    assertThat(ConfigLoader.variables(Document.of(ConfigFormat.YAML, file)))
        .containsExactly("A", "B", "SITE");
  }

  @Test
  void theConfigurationIsShownWithItsVariables() {
    String text =
        """
        listeners: [{ name: web, bind: "127.0.0.1:${APP_PORT}", pool: web, limits: { connections: 5 } }]
        pools:
          - name: web
            outlier: ${FAIRLEAD_OUTLIER:off}
            backends:
              - { host: "${APP_HOST}", port: "${APP_PORT}" }
              - { host: b, port: 1 }
            timeouts: { idle: "${FAIRLEAD_IDLE:5m}" }
        """;
    LoadResult result = yaml(text, own("APP_*"));
    JsonObject shown = result.dynamicPart();
    JsonObject listener = shown.getJsonArray("listeners").getJsonObject(0);
    assertThat(listener.getString("bind")).isEqualTo("127.0.0.1:${APP_PORT}");
    assertThat(listener.getInteger("backlog")).isEqualTo(4096);
    JsonObject pool = shown.getJsonArray("pools").getJsonObject(0);
    assertThat(pool.getJsonArray("backends").getJsonObject(0).getValue("port"))
        .isEqualTo("${APP_PORT}");
    assertThat(pool.getJsonArray("backends").getJsonObject(1).getInteger("port")).isEqualTo(1);
    assertThat(pool.getString("outlier")).isEqualTo("${FAIRLEAD_OUTLIER:off}");
    assertThat(shown.encode()).doesNotContain("9001", "a.internal");
    LoadResult again = load(ConfigFormat.JSON, shown.encode(), own("APP_*"));
    assertThat(again.config()).isEqualTo(result.config());
  }

  @Test
  void theFlatFormIsShownWithItsVariables() {
    LoadResult result =
        yaml(
            "{ host: '::1', port: '${APP_PORT}', backends: [{ host: '${SITE}', port: 1 }] }",
            own("*"));
    JsonObject shown = result.dynamicPart();
    assertThat(shown.getJsonArray("listeners").getJsonObject(0).getString("bind"))
        .isEqualTo("[::1]:${APP_PORT}");
    assertThat(load(ConfigFormat.JSON, shown.encode(), own("*")).config())
        .isEqualTo(result.config());
  }
}
