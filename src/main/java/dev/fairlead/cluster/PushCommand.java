package dev.fairlead.cluster;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.event.CommandException;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;

/**
 * The body of {@code fairlead.config.push}.
 *
 * @param expect null = whatever is the newest
 * @param author null = not said
 */
record PushCommand(ConfigFormat format, String text, Long expect, boolean dryRun, String author) {

  /**
   * Reads a body.
   *
   * @throws CommandException with everything that is wrong with it
   */
  static PushCommand of(JsonObject json) {
    CommandBody body = new CommandBody(json);
    Object config = body.any("config");
    boolean isObject = config instanceof JsonObject;
    if (!isObject && !(config instanceof String)) {
      body.problem("config", "missing (expected: an object, or a text and its format)");
    }
    ConfigFormat format = format(body, isObject);
    Long expect = body.number("expect");
    boolean dryRun = body.flag("dryRun");
    String author = body.text("author");
    body.check();
    String text = isObject ? ((JsonObject) config).encodePrettily() + "\n" : (String) config;
    return new PushCommand(format, text, expect, dryRun, author);
  }

  private static ConfigFormat format(CommandBody body, boolean isObject) {
    Object given = body.any("format");
    if (isObject) {
      if (given != null && !ConfigFormat.JSON.label().equals(given)) {
        body.problem("format", given + " (expected: json, because config is an object)");
      }
      return ConfigFormat.JSON;
    }
    return Arrays.stream(ConfigFormat.values())
        .filter(each -> each.label().equals(given))
        .findFirst()
        .orElseGet(
            () -> {
              body.problem("format", given + " (expected: yaml, json or toml)");
              return null;
            });
  }
}
