package dev.fairlead.admin;

import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;

/** Where the events come from that the admin listener streams. Any thread. */
public interface EventSource {

  /**
   * Tells {@code listener} of every event from now on, on whatever thread; it must not block.
   *
   * @return ends that; may be run from any thread, more than once
   */
  Runnable subscribe(Consumer<JsonObject> listener);
}
