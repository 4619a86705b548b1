package dev.fairlead.cluster.rows;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The messages of all tables of a member in one, by the addresses of the tables: {@code {address:
 * message}}. What a message costs is mostly its way, not its length. Not thread-safe.
 */
final class RowBatch {
  static final String ADDRESS = "fairlead.rows";

  private final Map<String, RowMessage> messages = new LinkedHashMap<>();

  void add(String table, RowMessage message) {
    messages.put(table, message);
  }

  Buffer encode() {
    JsonObject json = new JsonObject();
    messages.forEach((table, message) -> json.put(table, message.toJson()));
    return json.toBuffer();
  }

  /** Without what is no message: every application of the cluster may write to the address. */
  static Map<String, RowMessage> parse(Object body) {
    Map<String, RowMessage> messages = new LinkedHashMap<>();
    if (body instanceof Buffer text) {
      try {
        for (Map.Entry<String, Object> each : new JsonObject(text)) {
          if (each.getValue() instanceof JsonObject message) {
            RowMessage.of(message).ifPresent(it -> messages.put(each.getKey(), it));
          }
        }
      } catch (DecodeException e) {
        return Map.of();
      }
    }
    return messages;
  }
}
