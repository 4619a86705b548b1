package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
  private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");

  private Instant now = START;
  private final RecentEvents events = new RecentEvents(() -> now);
  private final List<Integer> heard = new ArrayList<>();

  private void publish(int number) {
    events.accept(new JsonObject().put("type", "Shutdown").put("number", number));
  }

  private Runnable listen(Instant since) {
    return events.subscribe(since, event -> heard.add(event.getInteger("number")));
  }

  @Test
  void listenerHearsTheRememberedOnesFromItsTimeOnThenTheNewOnes() {
    for (int i = 0; i < 5; i++) {
      publish(i);
      now = now.plus(Duration.ofMinutes(1));
    }
    listen(START.plus(Duration.ofMinutes(3)));
    assertThat(heard).containsExactly(3, 4);
    publish(5);
    assertThat(heard).containsExactly(3, 4, 5);
  }

  @Test
  void listenerWithoutATimeHearsOnlyTheNewOnesUntilItEnds() {
    publish(1);
    Runnable end = listen(Instant.MAX);
    publish(2);
    end.run();
    end.run();
    publish(3);
    assertThat(heard).containsExactly(2);
  }

  @Test
  void reportsThatComeEveryFewSecondsArePassedOnAndNotRemembered() {
    listen(Instant.MAX);
    events.accept(new JsonObject().put("type", "MetricsReport").put("number", 7));
    assertThat(heard).containsExactly(7);
    listen(START);
    assertThat(heard).containsExactly(7);
  }

  /** Foreign applications may publish events of any size. */
  @Test
  void theOldestAreForgottenBeforeTheMemoryIsTooLarge() {
    String text = "x".repeat(1000);
    for (int i = 0; i < 2000; i++) {
      events.accept(new JsonObject().put("type", "Shutdown").put("number", i).put("text", text));
    }
    listen(START);
    assertThat(heard).hasSizeBetween(700, 800).endsWith(1998, 1999);
    events.accept(new JsonObject().put("number", 0).put("text", "x".repeat(1_100_000)));
    heard.clear();
    listen(START);
    assertThat(heard).isEmpty();
  }

  /** Their objects need memory too, and a listener gets them all at once. */
  @Test
  void tinyEventsAreForgottenTooBeforeTheyAreTooMany() {
    for (int i = 0; i < 10_000; i++) {
      events.accept(new JsonObject().put("number", i));
    }
    listen(START);
    assertThat(heard).hasSizeBetween(2000, 3500).endsWith(9999);
  }
}
