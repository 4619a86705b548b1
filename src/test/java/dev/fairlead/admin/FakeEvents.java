package dev.fairlead.admin;

import dev.fairlead.admin.EventStream.EventSource;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Events that the test makes up. */
public final class FakeEvents implements EventSource {
  /** Who listens now. */
  public final List<Consumer<JsonObject>> listeners = new CopyOnWriteArrayList<>();

  @Override
  public Runnable subscribe(Consumer<JsonObject> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Tells everybody. */
  public void publish(JsonObject event) {
    listeners.forEach(listener -> listener.accept(event));
  }
}
