package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the page shows a problem as a problem and the rest as it is, completes what the
 * schema knows, and compares texts. Provoked by its modules with answers of the API, in Node.js
 * where there is one. A failure would look like a red line after every push.
 */
class PageTest {
  private static final Path PAGE = Path.of("src/main/resources/page");

  @TempDir private Path directory;

  @BeforeEach
  void copyThePage() throws IOException {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "node"))),
        "no Node.js");
    try (Stream<Path> files = Files.list(PAGE)) {
      for (Path each : files.toList()) {
        Files.copy(each, directory.resolve(each.getFileName()));
      }
    }
    Files.writeString(directory.resolve("package.json"), "{\"type\": \"module\"}");
  }

  /** What {@code expression} is, with the names that {@code module} exports. */
  private Object of(String module, String names, String expression) throws Exception {
    Path script = directory.resolve("test.js");
    Files.writeString(
        script,
        "import { %s } from \"./%s\";\nprocess.stdout.write(JSON.stringify({ it: %s }));\n"
            .formatted(names, module, expression));
    Process node = new ProcessBuilder("node", script.toString()).redirectErrorStream(true).start();
    String out = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).as(out).isZero();
    return new JsonObject(out).getValue("it");
  }

  private static JsonObject status(boolean fileInForce, String... problems) {
    JsonObject config =
        new JsonObject()
            .put("file", "conf/m1.yaml")
            .put("fileInForce", fileInForce)
            .put("author", "ann")
            .put("problems", new JsonArray(List.of(problems)))
            .put("restartNeeded", new JsonArray());
    return new JsonObject().put("name", "m1").put("revision", 7).put("config", config);
  }

  private JsonArray notices(JsonObject status) throws Exception {
    return (JsonArray) of("attention.js", "notices", "notices(" + status.encode() + ")");
  }

  @Test
  void fileThatWasNotPushedIsNoProblem() throws Exception {
    JsonArray differs = notices(status(false));
    assertThat(differs).hasSize(1);
    assertThat(differs.getJsonObject(0).getString("kind")).isEqualTo("quiet");
    assertThat(differs.getJsonObject(0).getString("text"))
        .startsWith("Revision 7 by ann is in force, and conf/m1.yaml has other listeners or pools")
        .contains("fairlead config show");
    assertThat(notices(status(true))).isEmpty();
  }

  @Test
  void fileThatCantBeInForceIsAProblem() throws Exception {
    JsonArray wrong = notices(status(false, "conf/m1.yaml:3: pools: missing"));
    assertThat(wrong)
        .containsExactly(
            new JsonObject().put("kind", "bad").put("text", "conf/m1.yaml:3: pools: missing"));
  }

  @Test
  void listenerHasThePoolsOfItsRoutesAndItsOwn() throws Exception {
    String routes = "routes: [{ pool: 'api' }, { pool: 'shop' }, { pool: 'api' }]";
    assertThat(of("attention.js", "poolsOf", "poolsOf({ " + routes + ", pool: 'web' })"))
        .isEqualTo("api, shop, web");
    assertThat(of("attention.js", "poolsOf", "poolsOf({ " + routes + ", pool: null })"))
        .isEqualTo("api, shop");
  }

  /** What needs attention in a cluster of one member with these certificates and backends. */
  private List<String> attention(String certificates, String backends) throws Exception {
    return attention(certificates, backends, "");
  }

  private List<String> attention(String certificates, String backends, String events)
      throws Exception {
    String state =
        """
        { members: new Map([["1", { name: "m1", ready: true, revision: 7 }]]), revision: { revision: 7 },
          pools: new Map([["web", { name: "web", state: "enabled", backends: [%s] }]]), listeners: new Map(),
          problems: [], limits: [], certificates: [%s], certificateProblems: [], events: [%s] }
        """
            .formatted(backends, certificates, events);
    JsonArray found =
        (JsonArray)
            of(
                "attention.js",
                "attention",
                "attention(" + state + ").map((one) => one.kind + ': ' + one.text)");
    return found.stream().map(String.class::cast).toList();
  }

  @Test
  void certificateThatExpiresSoonNeedsAttention() throws Exception {
    String certificates =
        "{ listener: 'a', daysLeft: 14 }, { listener: 'b', daysLeft: 13 }, { listener: 'c', daysLeft: -1 }";
    assertThat(attention(certificates, ""))
        .containsExactly(
            "bad: The certificate of listener c has expired",
            "warn: The certificate of listener b expires in 13 days");
  }

  @Test
  void poolWithoutABackendThatIsUpIsAProblemAndOneThatIsDownAWarning() throws Exception {
    String up = "{ id: 'b1', state: 'enabled', healthy: true, weight: 1, clusterActive: 0 }";
    String down = "{ id: 'b2', state: 'enabled', healthy: false, healthWhy: 'refused', weight: 1 }";
    assertThat(attention("", up)).isEmpty();
    assertThat(attention("", up + ", " + down))
        .containsExactly("warn: Backend b2 of pool web is down: refused");
    assertThat(attention("", down)).containsExactly("bad: Pool web has no backend that is up");
  }

  @Test
  void poolWhoseConnectsFailIsAProblemAlsoWhenItIsNotProbed() throws Exception {
    String backend =
        "{ state: 'enabled', healthy: null, weight: 1, connectsPerSecond: %s, failuresPerSecond: %s }";
    String works = backend.replace(" }", ", connectMillis: { p50: 1 } }");
    assertThat(attention("", backend.formatted(57, 57) + ", " + works.formatted(3, 0)))
        .containsExactly("bad: Pool web: 57 of 60 connects a second fail");
    assertThat(attention("", works.formatted(57, 28))).isEmpty();
    assertThat(attention("", backend.formatted(0, 0))).isEmpty();
    assertThat(attention("", backend.formatted(20, 8.2)))
        .as("the other clients gave up")
        .containsExactly("bad: Pool web: 8.2 of 20 connects a second fail, none works");
  }

  @Test
  void memberThatWasLostIsAProblemUntilItIsBack() throws Exception {
    String left =
        "{ type: 'MemberLeft', name: '%s', time: new Date(Date.now() - %s * 60000), reason: 'no heartbeat for 9 s', lost: %s }";
    assertThat(attention("", "", left.formatted("m3", 14, true)))
        .singleElement(as(STRING))
        .matches("bad: Member m3 was lost at \\d\\d:\\d\\d:\\d\\d: no heartbeat for 9 s");
    assertThat(attention("", "", left.formatted("m3", 16, true))).isEmpty();
    assertThat(attention("", "", left.formatted("m1", 1, true))).as("is back").isEmpty();
    String stopped = left.formatted("m3", 1, false) + ", { type: 'MemberJoined', name: 'm3' }, ";
    assertThat(attention("", "", stopped + left.formatted("m3", 5, true))).isEmpty();
  }

  @Test
  void drainIsInformationWhileSessionsAreLeft() throws Exception {
    String up = "{ id: 'b1', state: 'enabled', healthy: true, weight: 1, clusterActive: 0 }, ";
    String draining =
        "{ id: 'b2', state: 'draining', healthy: true, weight: 1, clusterActive: %s }";
    assertThat(attention("", up + draining.formatted(2)))
        .containsExactly("info: Backend b2 of pool web is draining: 2 sessions left");
    assertThat(attention("", up + draining.formatted(0))).isEmpty();
    assertThat(attention("", up + "{ id: 'b2', state: 'disabled' }")).isEmpty();
    assertThat(attention("", draining.formatted(0)))
        .containsExactly(
            "warn: Pool web takes no session: all its backends are drained or disabled");
  }

  @Test
  void eventSaysHowWhoAndWhy() throws Exception {
    String event =
        "{ type: 'ConfigUpdate', revision: 7, kind: 'set', author: 'ann', note: '<b>more</b>' }";
    assertThat(of("events.js", "sentence", "sentence(" + event + ").text"))
        .isEqualTo("Revision 7 is in force, set by ann: <b>more</b>");
  }

  @Test
  void sameEventOfSeveralMembersIsOneRow() throws Exception {
    String all =
        """
        [["m2", 9, 8], ["m1", 8, 8], ["m2", 3, 7], ["m3", 2, 7], ["m1", 1, 7], ["m1", 0, 8]].map(([name, at, revision]) =>
          ({ type: "ConfigUpdate", member: "id-" + name, name, time: new Date(at * 1000).toISOString(), revision, author: "ann" }))
        """;
    String rows = ".map((each) => each.revision + ' ' + each.names.join(' ')).join(', ')";
    assertThat(of("events.js", "grouped", "grouped(" + all + ")" + rows))
        .isEqualTo("8 m1 m2, 7 m1 m2 m3, 8 m1");
    String minutes = all.replace("at * 1000", "at * 60000");
    assertThat(of("events.js", "grouped", "grouped(" + minutes + ").length")).isEqualTo(6);
    String drains = all.replace("ConfigUpdate", "DrainFinished");
    assertThat(of("events.js", "grouped", "grouped(" + drains + ").length")).isEqualTo(6);
  }

  @Test
  void numbersHaveTheLengthOfWhatTheySay() throws Exception {
    assertThat(
            of(
                "format.js",
                "bytes, count, duration, rate",
                "[bytes(0), bytes(1536), bytes(3e9), count(12345), rate(0.04), rate(3.21), rate(1234.5),"
                    + " duration(59), duration(125), duration(3700), duration(90000)].join('|')"))
        .isEqualTo("0 B|1.5 KiB|2.8 GiB|12,345|<0.1|3.2|1,235|59 s|2 min 5 s|1 h 1 min|1 d 1 h");
  }

  @Test
  void addressOfASourceIsWithoutItsPort() throws Exception {
    assertThat(
            of(
                "format.js",
                "withoutPort",
                "['10.0.0.1:4711', '[::1]:4711', '::1', '10.0.0.1'].map(withoutPort).join(' ')"))
        .isEqualTo("10.0.0.1 ::1 ::1 10.0.0.1");
  }

  @Test
  void differencesStandSideBySide() throws Exception {
    assertThat(
            of(
                "diff.js",
                "pairs",
                "pairs('a\\nb\\nc\\nd\\n', 'a\\nx\\nc\\nd\\ne\\n').map(({ left, right }) =>"
                    + " (left ? left.number + left.text : '-') + (right ? right.number + right.text : '-')).join(' ')"))
        .isEqualTo("1a1a 2b2x 3c3c 4d4d -5e");
  }

  @Test
  void ownPartOfAMemberIsNotInTheEditor() throws Exception {
    assertThat(
            of(
                "editor.js",
                "withoutNode",
                "withoutNode('# top\\nnode:\\n  name: m1\\n\\ncluster: { enabled: true }\\nlisteners:\\n- name: web\\n')"))
        .isEqualTo("# top\nlisteners:\n- name: web\n");
  }

  /** The words that complete a document in which | is the cursor. */
  private Object completed(String document) throws Exception {
    JsonObject backend =
        object(
            new JsonObject()
                .put("host", new JsonObject())
                .put("state", values("enabled", "draining"))
                .put("backup", new JsonObject().put("type", "boolean")));
    JsonObject pool =
        object(
            new JsonObject()
                .put("name", new JsonObject())
                .put("balance", values("two-choices", "round-robin"))
                .put("backends", list(backend))
                .put("limits", new JsonObject().put("$ref", "#/$defs/limits")));
    JsonObject schema =
        object(new JsonObject().put("listeners", list(new JsonObject())).put("pools", list(pool)))
            .put(
                "$defs",
                new JsonObject()
                    .put("limits", object(new JsonObject().put("connections", new JsonObject()))));
    String text = new JsonArray().add(document).encode();
    return of(
        "complete.js",
        "suggest",
        "((text) => { const lines = text.split('\\n'); const at = lines.findIndex((line) => line.includes('|'));"
            + " const ch = lines[at].indexOf('|'); lines[at] = lines[at].replace('|', '');"
            + " return suggest(%s, lines, at, ch).words.map((word) => word.text.trim()).join(' '); })(%s[0])"
                .formatted(schema.encode(), text));
  }

  private static JsonObject object(JsonObject properties) {
    return new JsonObject().put("type", "object").put("properties", properties);
  }

  private static JsonObject list(JsonObject items) {
    return new JsonObject().put("type", "array").put("items", items);
  }

  private static JsonObject values(String... values) {
    return new JsonObject().put("enum", new JsonArray(List.of(values)));
  }

  @Test
  void completesWhatTheSchemaKnowsAtThatPlace() throws Exception {
    assertThat(completed("|")).isEqualTo("listeners: pools:");
    assertThat(completed("pools:\n  - name: web\n    b|")).isEqualTo("balance: backends:");
    assertThat(completed("pools:\n- name: web\n  balance: r|")).isEqualTo("round-robin");
    assertThat(completed("pools:\n  - |")).isEqualTo("name: balance: backends: limits:");
    assertThat(completed("pools:\n  - name: web\n    backends:\n      - host: a\n        |"))
        .isEqualTo("host: state: backup:");
    assertThat(completed("pools:\n  - name: web\n    backends:\n      - { host: a, s|"))
        .isEqualTo("state:");
    assertThat(completed("pools:\n  - name: web\n    backends: [{ host: a, state: d|"))
        .isEqualTo("draining");
    assertThat(completed("pools:\n  - name: web\n    limits:\n      |")).isEqualTo("connections:");
    assertThat(completed("pools:\n  - name: web\n    limits: { |")).isEqualTo("connections:");
    assertThat(completed("pools:\n  - name: web\n    backends:\n      - host: a\n    l|"))
        .isEqualTo("limits:");
    assertThat(completed("pools:\n  - backends:\n      - backup: |")).isEqualTo("true false");
  }
}
