package dev.fairlead.admin;

import dev.fairlead.event.SystemEvent;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;

/** The events that the admin listener streams. Any thread. */
@FunctionalInterface
public interface EventSource {

  /**
   * Passes every further event to {@code listener}, on any thread; it must not block.
   *
   * @return ends the subscription; any thread, idempotent
   */
  Runnable subscribe(Consumer<JsonObject> listener);

  /** The events that all members publish on the event bus. */
  static EventSource of(Vertx vertx) {
    return listener -> {
      MessageConsumer<Object> consumer =
          vertx
              .eventBus()
              .consumer(
                  SystemEvent.ADDRESS,
                  message -> {
                    // Foreign applications may publish anything on this address.
                    if (message.body() instanceof JsonObject event) {
                      listener.accept(event);
                    }
                  });
      return consumer::unregister;
    };
  }
}
