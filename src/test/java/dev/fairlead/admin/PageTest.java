package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the page shows a problem as a problem and the rest as it is. Provoked by its script
 * with answers of the API, in Node.js where there is one. A failure would look like a red box after
 * every push.
 */
class PageTest {
  /** Elements that remember what is put into them; each test calls functions of the script. */
  private static final String BROWSER =
      """
      const elements = {};
      const made = () => ({ style: {}, children: [], hidden: true, textContent: "",
        addEventListener() {}, focus() {},
        append(...more) { this.children.push(...more); },
        replaceChildren(...all) { this.children = all; } });
      globalThis.document = { title: "", createElement: made,
        getElementById: (id) => elements[id] ??= made() };
      globalThis.sessionStorage = { getItem: () => null };
      globalThis.fetch = () => new Promise(() => {});
      const text = (node) => node.textContent + node.children.map(text).join("|");
      const shown = (id) => elements[id].hidden ? null : text(elements[id]);
      """;

  @TempDir private Path directory;

  private static JsonObject status(boolean fileInForce, JsonArray problems) {
    JsonObject config =
        new JsonObject()
            .put("file", "conf/m1.yaml")
            .put("fileInForce", fileInForce)
            .put("author", "ann")
            .put("problems", problems)
            .put("restartNeeded", new JsonArray());
    return new JsonObject()
        .put("name", "m1")
        .put("revision", 7)
        .put("sessions", 1)
        .put("maxSessions", 2)
        .put("uptimeSeconds", 3)
        .put("eventLoops", 1)
        .put("config", config);
  }

  /** {@code {problems, notice}}, null = hidden. */
  private JsonObject shown(JsonObject status) throws IOException, InterruptedException {
    String call = "showStatus(" + status.encode() + ", { ready: true });";
    return run(call + "return { problems: shown('problems'), notice: shown('notice') };");
  }

  private JsonObject run(String body) throws IOException, InterruptedException {
    Path script = directory.resolve("page.js");
    String page = Files.readString(Path.of("src/main/resources/page/app.js"));
    String test = "(async () => {" + body + "})().then((r) => { process.stdout.write(";
    Files.writeString(script, BROWSER + page + test + "JSON.stringify(r)); process.exit(0); });");
    Process node = new ProcessBuilder("node", script.toString()).redirectErrorStream(true).start();
    String out = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).as(out).isZero();
    return new JsonObject(out);
  }

  private static void assumeNode() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "node"))),
        "no Node.js");
  }

  @Test
  void fileThatWasNotPushedIsNoProblem() throws Exception {
    assumeNode();
    JsonObject differs = shown(status(false, new JsonArray()));
    assertThat(differs.getString("problems")).isNull();
    assertThat(differs.getString("notice"))
        .startsWith("Revision 7 by ann is in force, and conf/m1.yaml has other listeners or pools")
        .contains("fairlead config show");
    JsonObject same = shown(status(true, new JsonArray()));
    assertThat(same.getString("problems")).isNull();
    assertThat(same.getString("notice")).isNull();
  }

  @Test
  void fileThatCantBeInForceIsAProblem() throws Exception {
    assumeNode();
    JsonObject wrong = shown(status(false, new JsonArray().add("conf/m1.yaml:3: pools: missing")));
    assertThat(wrong.getString("problems")).isEqualTo("conf/m1.yaml:3: pools: missing");
    assertThat(wrong.getString("notice")).isNull();
  }

  @Test
  void listenerHasThePoolsOfItsRoutesAndItsOwn() throws Exception {
    assumeNode();
    String listener =
        """
        {"name": "tls", "state": "enabled", "address": "0.0.0.0:443", "active": 1, "total": 2,
          "pool": %s, "routes": [{"pool": "api"}, {"pool": "shop"}, {"pool": "api"}]}
        """;
    String both = listener.formatted("\"web\"") + "," + listener.formatted("null");
    JsonObject shown =
        run(
            "showListeners(["
                + both
                + "]); return { rows: elements.listeners.children.map(text) };");
    assertThat(shown.getJsonArray("rows"))
        .containsExactly("tls|0.0.0.0:443|api, shop, web|1|2", "tls|0.0.0.0:443|api, shop|1|2");
  }

  @Test
  void certificateThatExpiresSoonIsInTheColourOfWarnings() throws Exception {
    assumeNode();
    JsonArray certificates = new JsonArray();
    for (int days : new int[] {14, 13, -1}) {
      certificates.add(
          new JsonObject()
              .put("listener", "web")
              .put("names", new JsonArray().add("a.example").add("b.example"))
              .put("file", "/a.pem")
              .put("expires", "2027-01-02T03:04:05.000Z")
              .put("daysLeft", days));
    }
    JsonObject problem =
        new JsonObject().put("listener", null).put("pool", "api").put("message", "ca: /ca.pem");
    JsonObject answer =
        new JsonObject()
            .put("certificates", certificates)
            .put("problems", new JsonArray().add(problem));
    JsonObject shown =
        run(
            "showCertificates("
                + answer.encode()
                + "); const rows = elements.certificates.children; return { rows: rows.map(text),"
                + " kinds: rows.map((one) => one.children[4].className),"
                + " unusable: shown('unusable'), hidden: elements.tls.hidden };");
    assertThat(shown.getJsonArray("rows").getString(0))
        .isEqualTo("web|a.example, b.example|/a.pem|2027-01-02T03:04:05.000Z|14");
    assertThat(shown.getJsonArray("kinds")).containsExactly("number", "number warn", "number bad");
    assertThat(shown.getString("unusable")).isEqualTo("pool api: not in use: ca: /ca.pem");
    assertThat(shown.getBoolean("hidden")).isFalse();
    JsonObject none =
        run("showCertificates({ certificates: [], problems: [] }); return { it: elements.tls };");
    assertThat(none.getJsonObject("it").getBoolean("hidden")).isTrue();
  }

  @Test
  void historyHasHowWhoAndWhy() throws Exception {
    assumeNode();
    JsonObject revision =
        new JsonObject()
            .put("revision", 7)
            .put("time", "2026-11-22T09:06:00.000Z")
            .put("kind", "set")
            .put("author", "ann")
            .put("from", "http 127.0.0.1")
            .put("note", "<b>more</b>")
            .put("superseded", true);
    JsonObject answer = new JsonObject().put("history", new JsonArray().add(revision));
    JsonObject history =
        run(
            "globalThis.fetch = async () => ({ ok: true, status: 200, json: () => ("
                + answer.encode()
                + ") }); await showHistory(7); return { rows: text(elements.history) };");
    assertThat(history.getString("rows"))
        .isEqualTo("7|2026-11-22T09:06:00.000Z|set|ann|http 127.0.0.1|superseded; <b>more</b>");
  }
}
