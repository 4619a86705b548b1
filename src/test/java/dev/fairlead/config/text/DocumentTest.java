package dev.fairlead.config.text;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.TOML;
import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.LimitSetting;
import dev.fairlead.config.text.Document.ForeignKey;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentTest {
  private static final String YAML_TEXT =
      """
      # what we run
      node: { name: m1 }
      pools:
        - name: "5"
          backends:
            - &a { host: a, port: 9001, state: enabled } # the old one
            - { host: "${HOST:b}", port: "${PORT}", weight: 0x10 }
          replies: { noBackend: "off\\n", connectFailed: null }
        - name: api
          backends: [*a]
      """;
  private static final String JSON_TEXT =
      """
      {"pools": [
        {"replies": {"connectFailed": null, "noBackend": "off\\n"}, "name": "5", "backends": [
          {"port": 9001, "host": "a", "state": "enabled"},
          {"weight": 16, "host": "${HOST:b}", "port": "${PORT}"}]},
        {"name": "api", "backends": [{"host": "a", "port": 9001, "state": "enabled"}]}]}
      """;
  private static final String TOML_TEXT =
      """
      host = "0.0.0.0" # everywhere
      port = 8080
      [[backends]]
      host = "a"
      port = 9001
      weight = 3
      [[backends]]
      unix = "${SOCKET}"
      [cluster]
      enabled = true
      """;

  private static Document document(ConfigFormat format, String text) {
    Document document = Document.of(format, text);
    assertThat(document.hasKeys()).isTrue();
    return document;
  }

  private static String digest(String yaml) {
    return document(YAML, yaml).digest();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "YAML | pools:\\n- name: a # x\\n  limits:\\n    connections: 1 # most\\n"
            + "| pools:\\n- name: a # x\\n  limits:\\n    connections: 5 # most\\n",
        "YAML | pools:\\n- name: a # x\\n  backends: []\\n"
            + "| pools:\\n- name: a # x\\n  limits: { connections: 5 }\\n  backends: []\\n",
        "YAML | pools:\\n- name: a\\n  limits: {}\\n"
            + "| pools:\\n- name: a\\n  limits: { connections: 5 }\\n",
        "YAML | pools: [{ name: a, limits: { scope: member } }]"
            + "| pools: [{ name: a, limits: { scope: member, connections: 5 } }]",
        "JSON | {\"pools\": [{\"name\": \"a\"}]}"
            + "| {\"pools\": [{\"name\": \"a\", \"limits\": {\"connections\": 5}}]}",
        "TOML | [[pools]]\\nname = \"a\"\\n"
            + "| [[pools]]\\nname = \"a\"\\nlimits = { connections = 5 }\\n",
      })
  void limitsAreSetInTheText(ConfigFormat format, String before, String after) {
    Document.ChangedDocument changed =
        Document.of(format, before.replace("\\n", "\n"))
            .with(
                0, new LimitSetting(LimitSetting.Owner.POOL, "a", Map.of("connections", 5), null));
    assertThat(changed.document().text()).isEqualTo(after.replace("\\n", "\n"));
    assertThat(changed.rewritten()).isFalse();
  }

  private static BackendSetting setting(Integer weight, State state) {
    return new BackendSetting("any", "any", weight, state);
  }

  @ParameterizedTest
  @CsvSource({"''", "'a: ['", "'a: 1\na: 2'", "'[1]'", "x", "'# nothing'"})
  void aTextWithoutKeysHasNone(String text) {
    assertThat(Document.of(YAML, text).hasKeys()).isFalse();
    assertThat(Document.of(YAML, text).foreignKeys()).isEmpty();
  }

  @Test
  void aTextWithoutKeysHasADigestOfItsOwn() {
    assertThat(Document.of(YAML, "a: [").digest()).isEqualTo(Document.of(YAML, "a: [").digest());
    assertThat(Document.of(YAML, "a: [").digest()).isNotEqualTo(Document.of(YAML, "b: [").digest());
    assertThat(Document.of(YAML, "").digest()).isNotEqualTo(digest("{a: 1}"));
    assertThat(Document.of(YAML, "a: [").dynamicPart()).isEqualTo(Document.of(YAML, "a: ["));
  }

  @Test
  void theTextIsParsedOnce() {
    Document document = document(YAML, YAML_TEXT);
    Tree tree = document.tree(new Problems());
    document.digest();
    assertThat(document.tree(new Problems())).isSameAs(tree);
    Problems problems = new Problems();
    Document broken = Document.of(YAML, "a: [");
    broken.tree(new Problems());
    broken.tree(problems);
    assertThat(problems.inOrder("f.yaml"))
        .singleElement()
        .asString()
        .startsWith("f.yaml:1: not YAML: ");
  }

  @Test
  void foreignKeysHaveTheirLines() {
    assertThat(document(YAML, YAML_TEXT).foreignKeys()).containsExactly(new ForeignKey("node", 2));
    assertThat(document(JSON, JSON_TEXT).foreignKeys()).isEmpty();
    assertThat(document(TOML, TOML_TEXT).foreignKeys())
        .containsExactly(new ForeignKey("cluster", 9));
  }

  @Test
  void theFormatAndNodeDoNotMatterToTheDigest() {
    String digest = digest(YAML_TEXT);
    assertThat(digest).matches("[0-9a-f]{64}");
    assertThat(document(JSON, JSON_TEXT).digest()).isEqualTo(digest);
    assertThat(document(TOML, TOML_TEXT).digest())
        .isEqualTo(
            digest(
                "{backends: [{weight: 3, host: a, port: 9001}, {unix: '${SOCKET}'}],"
                    + " port: 0x1F90, host: '0.0.0.0'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: 1 | a: '1'",
        "a: 1 | a: 1.0",
        "a: true | a: 'true'",
        "a: null | a: 'null'",
        "a: null | {}",
        "a: [] | a: {}",
        "a: [] | a: null",
        "a: ''| a: null",
        "a: [b, c] | a: [c, b]",
        "a: [b, c] | a: [bc]",
        "a: {b: {c: 1}} | a: {b: {}, c: 1}",
        "{a: b, c: d} | {a: bc, d: ''}",
        "a: x | b: x",
        "a: ${X} | a: $${X}"
      })
  void whatDiffersHasAnotherDigest(String one, String other) {
    assertThat(digest("x: 1\nw:\n  " + one)).isNotEqualTo(digest("x: 1\nw:\n  " + other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: 16 | a: 0x10",
        "a: 1.50 | a: 15e-1",
        "a: True | a: true",
        "a: ~ | a: null",
        "a: x | 'a': \"x\"",
        "{a: 1, b: 2} | {b: 2, a: 1}"
      })
  void theWayAValueIsWrittenDoesNotMatter(String one, String other) {
    assertThat(digest("w:\n  " + one)).isEqualTo(digest("w:\n  " + other));
  }

  @Test
  void backendThatIsAnAliasMakesYamlWrittenAnew() {
    Document.ChangedDocument written =
        document(YAML, YAML_TEXT).with(1, 0, setting(5, State.DRAINING));
    assertThat(written.rewritten()).isTrue();
    assertThat(written.document())
        .isEqualTo(
            Document.of(
                YAML,
                """
                pools:
                  - name: '5'
                    backends:
                      - host: a
                        port: 9001
                        state: enabled
                      - host: ${HOST:b}
                        port: '${PORT}'
                        weight: 0x10
                    replies:
                      noBackend: "off\\n"
                      connectFailed: null
                  - name: api
                    backends:
                      - host: a
                        port: 9001
                        state: draining
                        weight: 5
                """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: 1 # one                                                  | a: 1 # one",
        "# top/node:/  name: x//# web/a: 1 # one                     | # top//# web/a: 1 # one",
        "node: { name: x }//a: 1 # one/cluster:/  # no/  name: y/b: 2| a: 1 # one/b: 2",
        "a:/- 1 # one/'node':/  x: y/# end                           | a:/- 1 # one/# end",
        "a: 1 # one///node:/  x: y///b: 2/                           | a: 1 # one///b: 2/",
        "a: 1 # one//node:/  x: y///# b/b: 2/                        | a: 1 # one//# b/b: 2/",
        "a: 1 # one//node:/  x: y//cluster:/  z: 1//                 | a: 1 # one/",
        "//node:/  x: y//a: 1 # one//                                | a: 1 # one//",
        "{ node: { name: x }, a: 1 }                                 | a: 1/",
        "node: { name: &n x }/a: *n # one                            | a: x/",
        "node: {}                                                    | {}/"
      })
  void yamlLosesNodeAndClusterOnly(String text, String cut) {
    assertThat(document(YAML, text.replace("/", "\n")).dynamicPart())
        .isEqualTo(Document.of(YAML, cut.replace("/", "\n")));
  }

  @Test
  void tomlLosesNodeAndClusterOnly() {
    String kept = TOML_TEXT.substring(0, TOML_TEXT.indexOf("[cluster]"));
    String text =
        "node.name = 'x'\n" + TOML_TEXT + "[node.admin]\nport = 1\n# more\n[[pools]]\nname = 'a'\n";
    assertThat(document(TOML, TOML_TEXT).dynamicPart()).isEqualTo(Document.of(TOML, kept));
    assertThat(document(TOML, text).dynamicPart())
        .isEqualTo(Document.of(TOML, kept + "# more\n[[pools]]\nname = 'a'\n"));
    String hidden = "a = 1\n[node]\nname = '''\n[[pools]]\n'''\n";
    assertThat(document(TOML, hidden).dynamicPart()).isEqualTo(Document.of(YAML, "a: 1\n"));
  }

  @Test
  void jsonIsWrittenAnewOnlyWhereThereIsSomethingToLeaveOut() {
    assertThat(document(JSON, JSON_TEXT).dynamicPart()).isEqualTo(Document.of(JSON, JSON_TEXT));
    assertThat(document(JSON, "{\"node\": {}, \"a\": 1}").dynamicPart())
        .isEqualTo(Document.of(JSON, "{\n  \"a\": 1\n}\n"));
  }

  @Test
  void jsonStaysJson() {
    String json = "\"listeners\": [], \"pools\": [{\"backends\": [{\"weight\": 0}], \"a\": {}}]}";
    assertThat(document(JSON, "{\"node\": {}, " + json).dynamicPart())
        .isEqualTo(
            Document.of(
                JSON,
                """
                {
                  "listeners": [],
                  "pools": [
                    {
                      "backends": [
                        {
                          "weight": 0
                        }
                      ],
                      "a": {}
                    }
                  ]
                }
                """));
  }

  @Test
  void tomlThatCantBeSetInPlaceBecomesYaml() {
    String text = TOML_TEXT.replace("\"${SOCKET}\"", "\"\"\"\n${SOCKET}\"\"\"");
    Document.ChangedDocument changed =
        document(TOML, text).with(0, 1, setting(null, State.DISABLED));
    assertThat(changed.rewritten()).isTrue();
    Document written = changed.document();
    assertThat(written)
        .isEqualTo(
            Document.of(
                YAML,
                """
                host: 0.0.0.0
                port: 8080
                backends:
                  - host: a
                    port: 9001
                    weight: 3
                  - unix: '${SOCKET}'
                    state: disabled
                """));
    Document changedBack = document(YAML, written.text().replace("    state: disabled\n", ""));
    assertThat(changedBack.digest()).isEqualTo(document(TOML, TOML_TEXT).digest());
  }

  @Test
  void oneOfTwoAliasesIsChangedAlone() {
    Document written = document(YAML, YAML_TEXT).with(1, 0, setting(9, null)).document();
    assertThat(written.text()).containsOnlyOnce("weight: 9").contains("0x10");
  }

  @Test
  void aBackendThatIsNotThereCantBeSet() {
    Document full = document(YAML, YAML_TEXT);
    Document flat = document(TOML, TOML_TEXT);
    for (int[] index : new int[][] {{0, 2}, {2, 0}}) {
      assertThatThrownBy(() -> full.with(index[0], index[1], setting(1, null)))
          .isInstanceOf(NoSuchElementException.class);
      assertThatThrownBy(() -> flat.with(index[0], index[1], setting(1, null)))
          .isInstanceOf(NoSuchElementException.class);
    }
    assertThatThrownBy(() -> document(YAML, "a: 1").with(0, 0, setting(1, null)))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("pools[0]");
  }
}
