package dev.fairlead.member;

import dev.fairlead.admin.EventSource;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;

/** The events of all members, as they are published on the event bus. Any thread. */
record BusEvents(Vertx vertx) implements EventSource {
  /** Events are published here; API. */
  private static final String ADDRESS = "fairlead.events";

  @Override
  public Runnable subscribe(Consumer<JsonObject> listener) {
    MessageConsumer<Object> consumer =
        vertx
            .eventBus()
            .consumer(
                ADDRESS,
                message -> {
                  if (message.body() instanceof JsonObject event) {
                    listener.accept(event);
                  }
                });
    return consumer::unregister;
  }
}
