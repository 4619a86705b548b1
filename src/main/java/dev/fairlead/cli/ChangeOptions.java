package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixin: what a change of the configuration expects, and what the history notes of it. */
final class ChangeOptions {
  @Option(
      names = "--expect",
      paramLabel = "REV",
      description = "Refuse unless revision REV is in force.")
  private @Nullable Long expect;

  @Option(
      names = "--author",
      paramLabel = "NAME",
      description = "The author in the history; default: $USER, else this machine's address.")
  private @Nullable String author;

  @Option(names = "--message", paramLabel = "TEXT", description = "A note in the history.")
  private @Nullable String message;

  /** {@code {expect?, author?, note?}}. */
  JsonObject toJson() {
    JsonObject json = new JsonObject();
    putIfSet(json, "expect", expect);
    putIfSet(json, "author", author);
    putIfSet(json, "note", message);
    return json;
  }

  private static void putIfSet(JsonObject json, String key, @Nullable Object value) {
    if (value != null) {
      json.put(key, value);
    }
  }
}
