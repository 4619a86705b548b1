package dev.fairlead.admin;

import dev.fairlead.admin.EventStream.EventSource;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.SystemEvent;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The events that all members publish on the event bus, and a memory of the latest ones, by the
 * time they arrived here. {@code MetricsReport}s, which every member sends every 5 s, are not
 * remembered. Any thread.
 */
public final class RecentEvents implements EventSource {
  /**
   * The size of the remembered events as JSON: about 1,500 of ours. In characters, not in events,
   * because foreign applications may publish events of any size; each counts {@link #EACH} more.
   * Raising it remembers longer at the expense of memory and of long replays.
   */
  private static final int MOST_CHARACTERS = 1024 * 1024;

  /** About what the objects of an event need beside its text: bounds the number of tiny ones. */
  private static final int EACH = 300;

  private static final String NOT_REMEMBERED = MetricsReport.class.getSimpleName();

  private final InstantSource clock;
  private final Deque<Remembered> remembered = new ArrayDeque<>();
  private final List<Consumer<JsonObject>> listeners = new ArrayList<>();
  private int characters;

  RecentEvents(InstantSource clock) {
    this.clock = clock;
  }

  /** Listens on the event bus from now on, until {@code vertx} is closed. */
  public static RecentEvents of(Vertx vertx) {
    RecentEvents events = new RecentEvents(InstantSource.system());
    vertx
        .eventBus()
        .consumer(SystemEvent.ADDRESS)
        .handler(
            message -> {
              // Foreign applications may publish anything on this address.
              if (message.body() instanceof JsonObject event) {
                events.accept(event);
              }
            });
    return events;
  }

  synchronized void accept(JsonObject event) {
    if (!NOT_REMEMBERED.equals(event.getValue("type"))) {
      remember(new Remembered(clock.instant(), event, event.encode().length() + EACH));
    }
    listeners.forEach(listener -> listener.accept(event));
  }

  private void remember(Remembered event) {
    remembered.add(event);
    characters += event.characters();
    while (characters > MOST_CHARACTERS) {
      characters -= remembered.remove().characters();
    }
  }

  @Override
  public synchronized Runnable subscribe(Instant since, Consumer<JsonObject> listener) {
    // Under the lock: no event is missed or passed on twice between the memory and the future.
    remembered.stream()
        .filter(each -> !each.arrived().isBefore(since))
        .forEach(each -> listener.accept(each.event()));
    listeners.add(listener);
    return () -> unsubscribe(listener);
  }

  private synchronized void unsubscribe(Consumer<JsonObject> listener) {
    listeners.remove(listener);
  }

  private record Remembered(Instant arrived, JsonObject event, int characters) {}
}
