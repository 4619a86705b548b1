package dev.fairlead.cluster.revision;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.event.CommandBodies;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * The body of {@code fairlead.config.push}.
 *
 * @param expect null = whatever is the newest
 */
record PushRequestBody(
    ConfigFormat format, String text, Long expect, boolean dryRun, String author) {

  /**
   * Reads a body.
   *
   * @throws dev.fairlead.event.CommandException with everything that is wrong with it
   */
  static PushRequestBody of(JsonObject json) {
    JsonObject body = CommandBodies.push(json);
    Object config = body.getValue("config");
    return new PushRequestBody(
        ConfigFormat.valueOf(body.getString("format").toUpperCase(Locale.ROOT)),
        config instanceof JsonObject object ? object.encodePrettily() + "\n" : (String) config,
        body.getLong("expect"),
        body.getBoolean("dryRun", false),
        body.getString("author"));
  }
}
