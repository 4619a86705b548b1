package dev.fairlead.cluster.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.SettableClock;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class EventPublisherTest {
  private static final MemberId M1 = new MemberId("id-1", "m1");
  private static final Duration NEVER = Duration.ofDays(1);

  private final List<JsonObject> heard = new CopyOnWriteArrayList<>();
  private final AtomicInteger gathered = new AtomicInteger();
  private Vertx vertx;

  @BeforeEach
  void listen(Vertx vertx) {
    this.vertx = vertx;
    vertx.eventBus().<JsonObject>consumer("fairlead.events", event -> heard.add(event.body()));
  }

  /** Its revision is the number of reports before it. */
  private MetricsReport report() {
    return new MetricsReport(
        M1,
        SettableClock.NOON,
        gathered.getAndIncrement(),
        Duration.ofSeconds(1),
        new MetricsReport.Sessions(0, 0, 0, 0),
        List.of(),
        List.of());
  }

  private EventPublisher start(Supplier<MetricsReport> numbers, Duration period) {
    EventPublisher events = new EventPublisher(vertx, () -> M1, () -> null, numbers, period);
    onContext(events::start);
    return events;
  }

  private void onContext(Supplier<Future<Void>> call) {
    Promise<Void> done = Promise.promise();
    vertx.runOnContext(none -> call.get().onComplete(done));
    done.future().await();
  }

  private void ask() {
    vertx.eventBus().publish("fairlead.metrics.report", null);
  }

  @Test
  void anEventIsPublishedAsItsJson() {
    SystemEvent event = new SystemEvent.DrainFinished(M1, SettableClock.NOON);
    start(this::report, NEVER).publish(event);
    await().untilAsserted(() -> assertThat(heard).containsExactly(event.toJson()));
  }

  @Test
  void numbersComeByThemselvesUntilItStops() {
    EventPublisher events = start(this::report, Duration.ofMillis(1));
    await().until(() -> heard.size() >= 3);
    assertThat(heard.get(0).getString("type")).isEqualTo("MetricsReport");
    onContext(events::stop);
    int before = gathered.get();
    ask();
    onContext(() -> vertx.timer(20).mapEmpty());
    // One may have been under way.
    assertThat(gathered.get()).isLessThanOrEqualTo(before + 1);
  }

  @Test
  void numbersComeWhenSomebodyAsks() {
    start(this::report, NEVER);
    ask();
    await().until(() -> heard.size() == 1);
    ask();
    await().until(() -> heard.size() == 2);
  }

  @Test
  void requestsDuringAReportGetANewerOne() {
    CountDownLatch mayGo = new CountDownLatch(1);
    start(
        () -> {
          MetricsReport numbers = report();
          awaitUninterrupted(mayGo);
          return numbers;
        },
        NEVER);
    ask();
    await().until(() -> gathered.get() == 1);
    ask();
    ask();
    CountDownLatch asked = new CountDownLatch(1);
    vertx.eventBus().consumer("fairlead.metrics.report", message -> asked.countDown());
    ask();
    awaitUninterrupted(asked);
    mayGo.countDown();
    await().until(() -> heard.size() == 2);
    assertThat(heard).extracting(event -> event.getLong("revision")).containsExactly(0L, 1L);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @Logs("EventPublisher - metrics report failed")
  void afterAFailureNumbersComeAgain() {
    start(
        () -> {
          if (gathered.get() == 0) {
            gathered.incrementAndGet();
            throw new IllegalStateException("the first time");
          }
          return report();
        },
        NEVER);
    ask();
    await().until(() -> gathered.get() == 1);
    ask();
    await().until(() -> heard.size() == 1);
  }
}
