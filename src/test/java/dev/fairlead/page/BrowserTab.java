package dev.fairlead.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** One tab of a {@link Browser}, and what a person does in it. One thread. */
final class BrowserTab {
  private static final Map<String, Integer> KEYS =
      Map.of("Tab", 9, "Enter", 13, "Escape", 27, " ", 32, "ArrowRight", 39, "ArrowDown", 40);

  /** The dialog that is open, else the page. */
  private static final String SCOPE = "(document.querySelector('dialog[open]') || document)";

  private final Browser browser;
  private final String session;

  BrowserTab(Browser browser, String session, int width, int height, boolean dark) {
    this.browser = browser;
    this.session = session;
    ask("Page.enable", new JsonObject());
    ask("Runtime.enable", new JsonObject());
    ask("Log.enable", new JsonObject());
    ask(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
    JsonObject scheme =
        new JsonObject().put("name", "prefers-color-scheme").put("value", dark ? "dark" : "light");
    ask(
        "Emulation.setEmulatedMedia",
        new JsonObject().put("features", new JsonArray().add(scheme)));
  }

  private JsonObject ask(String method, JsonObject parameters) {
    return browser.ask(session, method, parameters);
  }

  void goTo(String url) {
    ask("Page.navigate", new JsonObject().put("url", url));
    until("document.readyState === 'complete'");
  }

  /** What a script says, promises awaited. */
  Object evaluate(String script) {
    JsonObject answer =
        ask(
            "Runtime.evaluate",
            new JsonObject()
                .put("expression", script)
                .put("awaitPromise", true)
                .put("returnByValue", true));
    assertThat(answer.getJsonObject("exceptionDetails")).as(script).isNull();
    return answer.getJsonObject("result").getValue("value");
  }

  /** Waits until a script says true. */
  void until(String script) {
    await(script)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> Boolean.TRUE.equals(evaluate("Boolean(" + script + ")")));
  }

  /** Waits until the page has that text somewhere a person can see it. */
  void untilSaid(String text) {
    until("document.body.innerText.includes(" + quoted(text) + ")");
  }

  void untilNotSaid(String text) {
    until("!document.body.innerText.includes(" + quoted(text) + ")");
  }

  /** Clicks what has that text or that label, in the dialog if one is open; waits for it. */
  void click(String text) {
    String found =
        "[..."
            + SCOPE
            + ".querySelectorAll('button, a, summary, label')].find((each) => !each.disabled &&"
            + " each.getClientRects().length > 0 && (each.textContent.trim() === %1$s ||"
                .formatted(quoted(text))
            + " each.getAttribute('aria-label') === %1$s))".formatted(quoted(text));
    until(found);
    evaluate(found + ".click()");
  }

  /** Replaces the content of the field with that label. */
  void fill(String label, String value) {
    String field =
        "[...%s.querySelectorAll('input, select')].find((each) => each.getAttribute('aria-label') === %s ||"
                .formatted(SCOPE, quoted(label))
            + " [...each.labels].some((label) => label.textContent.startsWith(%s)))"
                .formatted(quoted(label));
    until(field);
    evaluate(
        "((field) => { field.value = %s; for (const type of ['input', 'change']) {"
                .formatted(quoted(value))
            + " field.dispatchEvent(new Event(type, { bubbles: true })); } })("
            + field
            + ")");
  }

  /** Presses a key of {@link #KEYS}, as on a keyboard. */
  void press(String key) {
    JsonObject event =
        new JsonObject()
            .put("key", key)
            .put("code", key.equals(" ") ? "Space" : key)
            .put("windowsVirtualKeyCode", KEYS.get(key));
    if (key.equals("Enter") || key.equals(" ")) {
      event.put("text", key.equals("Enter") ? "\r" : " ");
    }
    ask("Input.dispatchKeyEvent", event.copy().put("type", "keyDown"));
    ask("Input.dispatchKeyEvent", event.copy().put("type", "keyUp"));
  }

  /** Presses Tab until what has the focus has that text or that label. */
  void tabTo(String text) {
    for (int i = 0; i < 200; i++) {
      press("Tab");
      Object focused =
          evaluate(
              "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()");
      if (text.equals(focused)) {
        return;
      }
    }
    throw new AssertionError(text + " cannot be reached by Tab");
  }

  /**
   * Serious and critical faults for people with a keyboard or a screen reader, found by axe-core.
   */
  List<String> faults() throws IOException {
    try (InputStream in = BrowserTab.class.getResourceAsStream("/axe.min.js")) {
      evaluate(new String(in.readAllBytes(), StandardCharsets.UTF_8) + ";0");
    }
    JsonArray found =
        (JsonArray)
            evaluate(
                "axe.run(document).then((all) => all.violations.filter((one) =>"
                    + " ['serious', 'critical'].includes(one.impact)).map((one) =>"
                    + " one.id + ': ' + one.nodes[0].html))");
    return found.stream().map(String.class::cast).toList();
  }

  /** Whether the page as a whole has to be moved sideways. */
  boolean isTooWide() {
    return (Boolean) evaluate("document.documentElement.scrollWidth > innerWidth");
  }

  List<String> complaints() {
    return browser.complaints(session);
  }

  /** Pictures are nicer so. */
  void hideScrollbars() {
    ask("Emulation.setScrollbarsHidden", new JsonObject().put("hidden", true));
  }

  void screenshot(Path file) throws IOException {
    String data =
        ask("Page.captureScreenshot", new JsonObject().put("format", "png")).getString("data");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(data));
  }

  private static String quoted(String text) {
    return new JsonArray().add(text).encode() + "[0]";
  }
}
