package dev.fairlead.cluster.members;

import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.config.Revision;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.SystemEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes at {@code fairlead.events} what happens to this member, and its metrics report
 * periodically and on request. Started and stopped on the cluster's context; events are published
 * on any thread.
 */
public final class EventPublisher {
  /** A message here requests a report of every member. */
  static final String REPORT = "fairlead.metrics.report";

  private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);

  private final Vertx vertx;
  private final Supplier<MemberId> self;
  private final Supplier<MemberInfo> info;
  private final Supplier<MetricsReport> reports;
  private final Duration period;

  private @Nullable MessageConsumer<Object> requests;
  private long timer;

  /** A report is being made; it may be older than a request that comes now. */
  private boolean isReporting;

  /** A report was requested meanwhile; any number of requests gets one report. */
  private boolean again;

  public EventPublisher(
      Vertx vertx,
      Supplier<MemberId> self,
      Supplier<MemberInfo> info,
      Supplier<MetricsReport> reports,
      Duration period) {
    this.vertx = vertx;
    this.self = self;
    this.info = info;
    this.reports = reports;
    this.period = period;
  }

  /** Succeeds when every member of the cluster can request a report here. */
  public Future<Void> start() {
    timer = vertx.setPeriodic(period.toMillis(), id -> report());
    requests = vertx.eventBus().consumer(REPORT, message -> report());
    return requests.completion();
  }

  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    again = false;
    return requests == null ? Future.succeededFuture() : requests.unregister();
  }

  public void publish(SystemEvent event) {
    BestEffortPublisher.publish(vertx, SystemEvent.ADDRESS, event.toJson());
  }

  public void joined() {
    MemberInfo now = info.get();
    publish(new SystemEvent.MemberJoined(self.get(), Instant.now(), now.address(), now.version()));
  }

  public void applied(Revision revision, @Nullable Revision superseded) {
    publish(
        new SystemEvent.ConfigUpdate(
            self.get(),
            Instant.now(),
            revision.revision(),
            revision.origin(),
            false,
            superseded == null
                ? null
                : new SystemEvent.Superseded(
                    superseded.revision(), superseded.id(), superseded.author())));
  }

  /** A push of {@code origin} has brought what {@code revision} has already. */
  public void unchanged(Revision revision, Revision.Origin origin) {
    publish(
        new SystemEvent.ConfigUpdate(
            self.get(), Instant.now(), revision.revision(), origin, true, null));
  }

  /** This member obeys a shutdown command; without a grace as it is configured. */
  public void shutdown(@Nullable Duration grace) {
    publish(new SystemEvent.Shutdown(self.get(), Instant.now(), grace));
  }

  public void drainStarted(Duration grace) {
    publish(new SystemEvent.DrainStarted(self.get(), Instant.now(), info.get().sessions(), grace));
  }

  public void drainFinished() {
    publish(new SystemEvent.DrainFinished(self.get(), Instant.now()));
  }

  private void report() {
    if (isReporting) {
      again = true;
      return;
    }
    isReporting = true;
    vertx
        .executeBlocking(reports::get, false)
        .onSuccess(this::publish)
        .onFailure(cause -> LOG.error("metrics report failed", cause))
        .onComplete(done -> reported());
  }

  private void reported() {
    isReporting = false;
    if (again) {
      again = false;
      report();
    }
  }
}
