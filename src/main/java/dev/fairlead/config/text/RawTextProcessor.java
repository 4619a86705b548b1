package dev.fairlead.config.text;

import io.vertx.config.spi.ConfigProcessor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * Makes Vert.x Config deliver a file unparsed, as {@code {"text": ...}}: our loader parses it, so
 * that problems have line numbers and a broken file makes one log entry, not one for each scan.
 *
 * <p>Malformed UTF-8 becomes U+FFFD in the text; {@link Document} reports that with its line.
 */
public final class RawTextProcessor implements ConfigProcessor {
  public static final String NAME = "fairlead-text";

  /** Key of the text in what is delivered. */
  public static final String TEXT = "text";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Future<JsonObject> process(Vertx vertx, JsonObject configuration, Buffer input) {
    return Future.succeededFuture(
        new JsonObject().put(TEXT, input.toString(StandardCharsets.UTF_8)));
  }
}
