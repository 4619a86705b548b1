package dev.fairlead.observe;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.Permits;
import dev.fairlead.net.tls.ListenerCertificate;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A member's metrics, in the Prometheus text format. Event loops call it as a {@link
 * SessionListener} and update only meters created at the start, without allocation; all other
 * values are read from {@link ListenerCounters} and {@link Backend} at a scrape. Any thread.
 */
public final class Metrics implements SessionListener, AutoCloseable {
  /**
   * The first {@link #scrape} should come no later than this: from it on the pauses of the garbage
   * collector count. Raising it misses more of them where nobody asks; lowering it costs CPU when
   * the first clients come.
   */
  public static final Duration FIRST_SCRAPE = Duration.ofSeconds(5);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Complete from the start: every reason is exported, and event loops only read the map. */
  private final Map<CloseReason, Counter> closedFor = new EnumMap<>(CloseReason.class);

  private final Timer backendConnect;
  private final SnapshotMeters snapshot = new SnapshotMeters(registry);

  /** Null = neither the JVM nor the process is measured yet. */
  private @Nullable JvmGcMetrics gc;

  private volatile long revision;
  private volatile IntSupplier members = () -> 1;
  private volatile DoubleSupplier loadViewAge = () -> 0;
  private volatile Supplier<List<ListenerCertificate>> certificates = List::of;

  /** Strong references: the registry holds what function counters read only weakly. */
  private final List<LongSupplier> counted = new ArrayList<>();

  public Metrics() {
    for (CloseReason reason : CloseReason.values()) {
      closedFor.put(
          reason,
          Counter.builder(MetricNames.SESSION_CLOSED)
              .description("Sessions that ended, by who ended them and why")
              .tag(MetricNames.REASON, reason.label())
              .register(registry));
    }
    backendConnect =
        Timer.builder(MetricNames.BACKEND_CONNECT)
            .description("Time from asking a backend for a connection to its answer")
            .serviceLevelObjectives(MetricNames.connectBuckets())
            .register(registry);
    bindCluster();
    gauge(
        MetricNames.DIRECT_MEMORY,
        "Direct memory that Netty holds, -1 where it does not count",
        PlatformDependent::usedDirectMemory);
  }

  private void bindCluster() {
    gauge(MetricNames.CONFIG_REVISION, "Revision of the configuration in force", () -> revision);
    gauge(
        MetricNames.MEMBERS, "Members of the cluster, this one included", () -> members.getAsInt());
    gauge(
        MetricNames.LOAD_VIEW_AGE,
        "Age of what is known of other members' sessions",
        () -> loadViewAge.getAsDouble());
  }

  /**
   * Measures the JVM and the process too, once. Its first call takes tens of milliseconds of a new
   * process, for the classes of JMX: {@link #scrape} does, not the constructor.
   */
  private synchronized void measureProcess() {
    if (gc == null) {
      gc = new JvmGcMetrics();
      new JvmMemoryMetrics().bindTo(registry);
      new JvmThreadMetrics().bindTo(registry);
      new UptimeMetrics().bindTo(registry);
      new FileDescriptorMetrics().bindTo(registry);
      new ProcessorMetrics().bindTo(registry);
      gc.bindTo(registry);
    }
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
    Map<SnapshotMeters.BackendKey, Backend> backends = new HashMap<>();
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        backends.put(new SnapshotMeters.BackendKey(pool.name(), backend.id()), backend);
      }
    }
    snapshot.apply(
        listeners,
        backends,
        pools.stream().map(Pool::name).collect(Collectors.toUnmodifiableSet()));
  }

  /** Exports exactly the configured limits and queues from now on. */
  public void applyLimits(Limiters limiters) {
    Map<String, Leased> limits = new HashMap<>();
    limiters.leased().stream()
        .filter(each -> each.allowed() != Permits.UNLIMITED)
        .forEach(each -> limits.put(each.key(), each));
    snapshot.applyLimits(limits, limiters.queues());
  }

  /** Exports when the certificates of listeners expire; read at a scrape. */
  public void certificates(Supplier<List<ListenerCertificate>> inForce) {
    certificates = inForce;
  }

  /** Sets the number of the configuration in force. */
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
        MetricNames.CLUSTER_MESSAGES_SENT,
        "Messages to other nodes about this member's shared rows",
        messages);
    counter(MetricNames.CLUSTER_BYTES_SENT, "Bytes of those messages", bytes);
  }

  /** Exports the number of commands refused for their signature; read at a scrape. */
  public void commandsRefused(LongSupplier commands) {
    counter(
        MetricNames.COMMANDS_REFUSED,
        "Commands whose signature was missing, wrong, too old or used before",
        commands);
  }

  /** Exports the timer lag of the event loop {@code loop}; {@code seconds} is read at a scrape. */
  public void eventLoop(String loop, DoubleSupplier seconds) {
    Gauge.builder(MetricNames.EVENT_LOOP_LAG, seconds::getAsDouble)
        .description("How late the event loop ran its last timer")
        .tag(MetricNames.LOOP, loop)
        .register(registry);
  }

  /** Exports how many access log lines were lost, and how many wait; read at a scrape. */
  public void accessLog(LongSupplier dropped, LongSupplier waiting) {
    counter(MetricNames.ACCESS_LOG_DROPPED, "Access-log lines that could not be written", dropped);
    gauge(
        MetricNames.ACCESS_LOG_WAITING,
        "Access-log lines that are not written yet",
        waiting::getAsLong);
  }

  /** All metrics in the Prometheus text format 0.0.4. Takes milliseconds with many backends. */
  public String scrape() {
    measureProcess();
    snapshot.removeEnded();
    snapshot.applyCertificates(certificates.get());
    return registry.scrape();
  }

  /** Unregisters from the JVM's notifications; nothing is measured afterwards. */
  @Override
  public synchronized void close() {
    if (gc != null) {
      gc.close();
    }
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
