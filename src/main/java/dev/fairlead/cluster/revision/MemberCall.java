package dev.fairlead.cluster.revision;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.text.Document;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one member asks of another during a push, as {@code {call, push, ...}} on the event bus. The
 * words on the bus ("hold" for prepare) are older than those here; members of both ages must agree.
 */
sealed interface MemberCall {
  JsonObject toJson();

  /** Asks for nothing but an answer. */
  record Greet() implements MemberCall {
    @Override
    public JsonObject toJson() {
      return call("greeting");
    }
  }

  /**
   * Check a document and bind what it needs; {@code push} becomes the id of its revision, {@code
   * coordinator} is the node that asks.
   */
  record Prepare(String push, Document document, @Nullable String coordinator)
      implements MemberCall {
    @Override
    public JsonObject toJson() {
      return call("hold")
          .put("push", push)
          .put("format", document.format().label())
          .put("text", document.text())
          .put("member", coordinator);
    }
  }

  /** Give up what was prepared for a push. */
  record Release(String push) implements MemberCall {
    @Override
    public JsonObject toJson() {
      return call("release").put("push", push);
    }
  }

  /** Answer when this revision, or a later one, is in force. */
  record Await(long revision, String id) implements MemberCall {
    @Override
    public JsonObject toJson() {
      return call("await").put("push", id).put("revision", revision);
    }
  }

  private static JsonObject call(String name) {
    return new JsonObject().put("call", name);
  }

  /** The call that {@link #toJson} wrote; throws some RuntimeException for anything else. */
  static MemberCall of(JsonObject json) {
    String name = json.getString("call");
    if (name.equals("greeting")) {
      return new Greet();
    }
    String push = Objects.requireNonNull(json.getString("push"));
    return switch (name) {
      case "hold" -> new Prepare(push, document(json), json.getString("member"));
      case "release" -> new Release(push);
      case "await" -> new Await(json.getLong("revision"), push);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Document document(JsonObject json) {
    ConfigFormat format = ConfigFormat.valueOf(json.getString("format").toUpperCase(Locale.ROOT));
    return Document.of(format, Objects.requireNonNull(json.getString("text")));
  }
}
