package dev.fairlead.cluster.members;

import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.SystemEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what happens to this member, and its numbers every five seconds and when they are asked
 * for. Started and stopped on the cluster's context, which it then stays on.
 */
public final class Events {
  /** Whatever is published here asks every member for its numbers. */
  static final String REPORT = "fairlead.metrics.report";

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Supplier<MetricsReport> numbers;
  private final Duration period;

  private MessageConsumer<Object> asked;
  private long timer;

  /** Numbers are being gathered; they may be older than a question that comes now. */
  private boolean gathering;

  /** Somebody asked meanwhile: however many, they get one report. */
  private boolean again;

  /**
   * @param numbers is called on a worker, never twice at a time
   */
  public Events(Vertx vertx, Supplier<MetricsReport> numbers) {
    this(vertx, numbers, PERIOD);
  }

  Events(Vertx vertx, Supplier<MetricsReport> numbers, Duration period) {
    this.vertx = vertx;
    this.numbers = numbers;
    this.period = period;
  }

  /** Succeeds when the whole cluster knows that this member can be asked. */
  public Future<Void> start() {
    timer = vertx.setPeriodic(period.toMillis(), id -> report());
    asked = vertx.eventBus().consumer(REPORT, message -> report());
    return asked.completion();
  }

  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    again = false;
    return asked.unregister();
  }

  /** Tells everybody who listens; any thread. */
  public void publish(SystemEvent event) {
    BestEffortPublisher.publish(vertx, SystemEvent.ADDRESS, event.toJson());
  }

  private void report() {
    if (gathering) {
      again = true;
      return;
    }
    gathering = true;
    vertx
        .executeBlocking(numbers::get, false)
        .onSuccess(this::publish)
        .onFailure(cause -> LOG.error("no metrics report", cause))
        .onComplete(done -> gathered());
  }

  private void gathered() {
    gathering = false;
    if (again) {
      again = false;
      report();
    }
  }
}
