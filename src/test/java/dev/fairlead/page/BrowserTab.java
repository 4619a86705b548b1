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
      Map.of(
          "Backspace",
          8,
          "Tab",
          9,
          "Enter",
          13,
          "Escape",
          27,
          " ",
          32,
          "End",
          35,
          "Home",
          36,
          "ArrowRight",
          39,
          "ArrowDown",
          40);

  private static final int CONTROL = 2;

  /** What a person calls the element that has the focus. */
  private static final String FOCUSED_NAME =
      "(document.activeElement.getAttribute('aria-label')"
          + " || document.activeElement.labels?.[0]?.firstChild?.textContent.trim()"
          + " || document.activeElement.textContent.trim())";

  /** What is wrong with the focus for somebody who looks for it; empty = nothing. */
  private static final String FOCUS_FAULT =
      """
      (() => {
        const focused = document.activeElement;
        if (focused === document.body) {
          return 'nothing has the focus';
        }
        const style = getComputedStyle(focused.closest('.CodeMirror') || focused);
        if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) {
          return 'no ring: ' + focused.outerHTML.slice(0, 200);
        }
        const at = focused.getBoundingClientRect();
        if (at.height > innerHeight / 2) {
          return '';
        }
        const seen = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
        return seen && (focused.contains(seen) || seen.contains(focused) || seen.closest('label')?.contains(focused))
          ? '' : 'covered or out of sight: ' + focused.outerHTML.slice(0, 200);
      })()
      """;

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
            + " each.getAttribute('aria-disabled') !== 'true' &&"
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
    String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
    press(key, key.equals(" ") ? "Space" : key, KEYS.get(key), text, 0);
  }

  /** The same while Control is held. */
  void pressWithControl(String key) {
    press(key, key, KEYS.get(key), "", CONTROL);
  }

  /** Writes into what has the focus, letter by letter. */
  void type(String text) {
    text.chars().mapToObj(Character::toString).forEach(letter -> press(letter, "", 0, letter, 0));
  }

  private void press(String key, String code, int number, String text, int modifiers) {
    JsonObject event =
        new JsonObject()
            .put("key", key)
            .put("code", code)
            .put("windowsVirtualKeyCode", number)
            .put("modifiers", modifiers);
    if (!text.isEmpty()) {
      event.put("text", text);
    }
    ask("Input.dispatchKeyEvent", event.copy().put("type", "keyDown"));
    ask("Input.dispatchKeyEvent", event.copy().put("type", "keyUp"));
  }

  /** Presses Tab until what has the focus has that text or that label; all stops are seen. */
  void tabTo(String text) {
    for (int i = 0; i < 200; i++) {
      press("Tab");
      if (text.equals(focused())) {
        return;
      }
    }
    throw new AssertionError(text + " cannot be reached by Tab");
  }

  /** The label or text of what has the focus, which a person must be able to see. */
  String focused() {
    JsonArray found = (JsonArray) evaluate("[" + FOCUSED_NAME + ", " + FOCUS_FAULT + "]");
    boolean isNothing = found.getString(1).startsWith("nothing");
    assertThat(isNothing ? "" : found.getString(1)).isEmpty();
    return isNothing ? "" : found.getString(0);
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
