package dev.fairlead.admin;

import dev.fairlead.admin.EventStream.EventSource;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Events that the test makes up. */
public final class FakeEvents implements EventSource {
  /** Who listens now. */
  public final List<Consumer<JsonObject>> listeners = new CopyOnWriteArrayList<>();

  /** What those hear first who ask for the past. */
  public final List<JsonObject> past = new CopyOnWriteArrayList<>();

  @Override
  public Runnable subscribe(Instant since, Consumer<JsonObject> listener) {
    if (since.isBefore(Instant.now())) {
      past.forEach(listener);
    }
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Tells everybody. */
  public void publish(JsonObject event) {
    listeners.forEach(listener -> listener.accept(event));
  }
}
