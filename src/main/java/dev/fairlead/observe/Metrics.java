package dev.fairlead.observe;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.Permits;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.limit.Limiters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * A member's metrics, in the Prometheus text format; names and labels are API. Event loops call it
 * as a {@link SessionListener} and update only meters created at the start, without allocation; all
 * other values are read from {@link ListenerCounters} and {@link Backend} at a scrape. Any thread.
 */
public final class Metrics implements SessionListener, AutoCloseable {
  private static final long[] CONNECT_BUCKETS_MICROS = {
    250, 500, 1_000, 2_500, 5_000,
    10_000, 25_000, 50_000, 100_000, 250_000,
    500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Complete from the start: every reason is exported, and event loops only read the map. */
  private final Map<CloseReason, Counter> closedFor = new EnumMap<>(CloseReason.class);

  private final Timer backendConnect;
  private final SnapshotMeters snapshot = new SnapshotMeters(registry);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private volatile long revision;
  private volatile IntSupplier members = () -> 1;
  private volatile DoubleSupplier loadViewAge = () -> 0;

  /** Strong references: the registry holds what function counters read only weakly. */
  private final List<LongSupplier> counted = new ArrayList<>();

  public Metrics() {
    for (CloseReason reason : CloseReason.values()) {
      closedFor.put(
          reason,
          Counter.builder("fairlead_session_closed_total")
              .description("Sessions that ended, by who ended them and why")
              .tag("reason", reason.label())
              .register(registry));
    }
    backendConnect =
        Timer.builder("fairlead_backend_connect_seconds")
            .description("Time from asking a backend for a connection to its answer")
            .serviceLevelObjectives(
                LongStream.of(CONNECT_BUCKETS_MICROS)
                    .mapToObj(micros -> Duration.of(micros, ChronoUnit.MICROS))
                    .toArray(Duration[]::new))
            .register(registry);
    bindCluster();
    bindProcess();
  }

  private void bindCluster() {
    gauge("fairlead_config_revision", "Revision of the configuration in force", () -> revision);
    gauge(
        "fairlead_members", "Members of the cluster, this one included", () -> members.getAsInt());
    gauge(
        "fairlead_load_view_age_seconds",
        "Age of what is known of other members' sessions",
        () -> loadViewAge.getAsDouble());
  }

  private void bindProcess() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    gc.bindTo(registry);
    gauge(
        "fairlead_direct_memory_bytes",
        "Direct memory that Netty holds, -1 where it does not count",
        PlatformDependent::usedDirectMemory);
  }

  @Override
  public void connected(Backend backend, long connectNanos) {
    backendConnect.record(connectNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void closed(ClosedSession session, boolean probe) {
    closed(session.reason());
  }

  void closed(CloseReason reason) {
    Objects.requireNonNull(closedFor.get(reason)).increment();
  }

  /**
   * Exports {@code listeners} and {@code pools} from now on, and of those removed the ones that
   * still have live sessions, until these end.
   */
  public void apply(List<ListenerCounters> listeners, List<Pool> pools) {
    snapshot.apply(listeners, pools);
  }

  /** Exports exactly the configured limits and queues from now on. */
  public void applyLimits(Limiters limiters) {
    Map<String, Leased> limits = new HashMap<>();
    limiters.leased().stream()
        .filter(each -> each.allowed() != Permits.UNLIMITED)
        .forEach(each -> limits.put(each.key(), each));
    snapshot.applyLimits(limits, limiters.queues());
  }

  /** Exports the number of the configuration in force. */
  public void revision(long number) {
    revision = number;
  }

  /**
   * Exports the state of the cluster; both suppliers are called at a scrape.
   *
   * @param count number of members, including this one
   * @param viewAgeSeconds age of the oldest peer row used for balancing
   */
  public void cluster(IntSupplier count, DoubleSupplier viewAgeSeconds) {
    members = count;
    loadViewAge = viewAgeSeconds;
  }

  /** Exports the event bus traffic of the replicated tables; read at a scrape. */
  public void clusterTraffic(LongSupplier messages, LongSupplier bytes) {
    counter(
        "fairlead_cluster_messages_sent_total",
        "Messages to other nodes about this member's shared rows",
        messages);
    counter("fairlead_cluster_bytes_sent_total", "Bytes of those messages", bytes);
  }

  /** Exports the number of commands refused for their signature; read at a scrape. */
  public void commandsRefused(LongSupplier commands) {
    counter(
        "fairlead_commands_refused_total",
        "Commands whose signature was missing, wrong, too old or used before",
        commands);
  }

  /** Exports the timer lag of the event loop {@code loop}; {@code seconds} is read at a scrape. */
  public void eventLoop(String loop, DoubleSupplier seconds) {
    Gauge.builder("fairlead_event_loop_lag_seconds", seconds::getAsDouble)
        .description("How late the event loop ran its last timer")
        .tag("loop", loop)
        .register(registry);
  }

  /** Exports the number of lost access log lines; read at a scrape. */
  public void accessLogDropped(LongSupplier lines) {
    counter(
        "fairlead_access_log_dropped_total", "Access-log lines that could not be written", lines);
  }

  /** All metrics in the Prometheus text format 0.0.4. Takes milliseconds with many backends. */
  public String scrape() {
    snapshot.removeEnded();
    return registry.scrape();
  }

  /** Unregisters from the JVM's notifications; nothing is measured afterwards. */
  @Override
  public void close() {
    gc.close();
    registry.close();
  }

  private void gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(name, value::getAsDouble).description(description).register(registry);
  }

  private synchronized void counter(String name, String description, LongSupplier value) {
    counted.add(value);
    FunctionCounter.builder(name, value, LongSupplier::getAsLong)
        .description(description)
        .register(registry);
  }
}
