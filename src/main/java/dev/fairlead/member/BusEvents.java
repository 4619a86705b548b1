package dev.fairlead.member;

import dev.fairlead.admin.EventSource;
import dev.fairlead.event.SystemEvent;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;

/** The events of all members, as they are published on the event bus. Any thread. */
record BusEvents(Vertx vertx) implements EventSource {
  @Override
  public Runnable subscribe(Consumer<JsonObject> listener) {
    MessageConsumer<Object> consumer =
        vertx
            .eventBus()
            .consumer(
                SystemEvent.ADDRESS,
                message -> {
                  if (message.body() instanceof JsonObject event) {
                    listener.accept(event);
                  }
                });
    return consumer::unregister;
  }
}
