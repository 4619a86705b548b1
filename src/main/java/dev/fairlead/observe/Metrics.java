package dev.fairlead.observe;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.LimitRefusals.LimitRefusal;
import dev.fairlead.admission.Permits;
import dev.fairlead.config.NodeConfig.MetricsConfig;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.limit.Limiters;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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

  private static final double NANOS_PER_SECOND = 1e9;

  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Null = metrics are only scraped. */
  private final @Nullable MeterRegistry otlp;

  /** All there are; the same as {@link #prometheus} if there is no other. */
  private final MeterRegistry registry;

  /** Complete from the start: every reason is exported, and event loops only read the map. */
  private final Map<CloseReason, Counter> closedFor = new EnumMap<>(CloseReason.class);

  private final Timer backendConnect;
  private final SnapshotMeters snapshot;

  /** Null = neither the JVM nor the process is measured yet. */
  private @Nullable JvmGcMetrics gc;

  private volatile long revision;
  private volatile ClusterFigures cluster = new ClusterFigures(() -> 1, () -> 0, () -> 0);
  private volatile Supplier<List<ListenerCertificate>> certificates = List::of;
  private volatile Supplier<Map<LimitRefusal, LongAdder>> refusals = Map::of;

  /** Strong references: the registry holds what function counters read only weakly. */
  private final List<LongSupplier> counted = new ArrayList<>();

  /**
   * What a member knows of the others; read at a scrape.
   *
   * @param members number of members, including this one
   * @param viewAgeSeconds age of the oldest peer row used for balancing
   * @param viewSize how many peers have a row that is used
   */
  public record ClusterFigures(
      IntSupplier members, DoubleSupplier viewAgeSeconds, IntSupplier viewSize) {}

  /** Metrics that are only scraped. */
  public Metrics() {
    this(MetricsConfig.DEFAULT, () -> "");
  }

  /** {@code member} gives the name under which an OTLP receiver knows this member. */
  public Metrics(MetricsConfig config, Supplier<String> member) {
    this.otlp =
        config.otlp() == null
            ? null
            : OtlpRegistry.open(config.otlp(), member.get(), this::refresh);
    this.registry =
        otlp == null
            ? prometheus
            : new CompositeMeterRegistry(Clock.SYSTEM, List.of(prometheus, otlp));
    this.snapshot = new SnapshotMeters(registry, config.backends());
    for (CloseReason reason : CloseReason.values()) {
      closedFor.put(
          reason,
          Counter.builder(MetricNames.SESSION_CLOSED)
              .description(
                  "Sessions that ended, by who ended them and why; a session that was refused is also"
                      + " in fairlead_refused_total")
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
        MetricNames.MEMBERS,
        "Members of the cluster, this one included",
        () -> cluster.members().getAsInt());
    gauge(
        MetricNames.LOAD_VIEW_AGE,
        "Age of what is known of other members' sessions",
        () -> cluster.viewAgeSeconds().getAsDouble());
    gauge(
        MetricNames.LOAD_VIEW_MEMBERS,
        "Other members whose sessions are known: all of them, or balancing lacks some",
        () -> cluster.viewSize().getAsInt());
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
    snapshot.apply(listeners, pools);
  }

  /** Exports exactly the configured limits and queues from now on. */
  public void applyLimits(Limiters limiters) {
    refusals = limiters::refusals;
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

  /** Exports the state of the cluster. */
  public void cluster(ClusterFigures view) {
    cluster = view;
  }

  /** Exports what runs, as labels of a metric that is always 1. */
  public void build(String version, String java, String transport) {
    String help = "Always 1; the labels tell what runs";
    Tags tags =
        Tags.of(
            MetricNames.VERSION, version, MetricNames.JAVA, java, MetricNames.TRANSPORT, transport);
    Labels labels =
        Labels.of(
            MetricNames.VERSION, version, MetricNames.JAVA, java, MetricNames.TRANSPORT, transport);
    // Micrometer would take _info off the name of a gauge, for the library adds it to its own kind.
    InfoSnapshot info =
        InfoSnapshot.builder()
            .name(MetricNames.BUILD)
            .help(help)
            .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder().labels(labels).build())
            .build();
    prometheus.getPrometheusRegistry().register(() -> info);
    if (otlp != null) {
      Gauge.builder(MetricNames.BUILD_INFO, () -> 1).description(help).tags(tags).register(otlp);
    }
  }

  /** Exports the most sessions that this member accepts. */
  public void maxSessions(int max) {
    gauge(MetricNames.SESSIONS_MAX, "Most sessions at one time (node.maxSessions)", () -> max);
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

  /**
   * Exports the delays of the event loop {@code loop}; both are read at a scrape.
   *
   * @param lag how late it ran its last timer
   * @param blocked all its longer delays together
   */
  public void eventLoop(String loop, LongSupplier lag, LongSupplier blocked) {
    Gauge.builder(MetricNames.EVENT_LOOP_LAG, () -> lag.getAsLong() / NANOS_PER_SECOND)
        .description("How late the event loop ran its last timer")
        .tag(MetricNames.LOOP, loop)
        .register(registry);
    FunctionCounter.builder(
            MetricNames.EVENT_LOOP_BLOCKED,
            counted(blocked),
            nanos -> nanos.getAsLong() / NANOS_PER_SECOND)
        .description("Time for which an event loop ran nothing, of all delays above 0.1 s")
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

  /** Exports how many lines the log {@code log} has lost; read at a scrape. */
  public void logLost(String log, LongSupplier lines) {
    FunctionCounter.builder(MetricNames.LOG_LOST, counted(lines), LongSupplier::getAsLong)
        .description("Lines of a log that were lost, because its target did not take them in time")
        .tag(MetricNames.LOG, log)
        .register(registry);
  }

  /** All metrics in the Prometheus text format 0.0.4. Takes milliseconds with many backends. */
  public String scrape() {
    refresh();
    return prometheus.scrape();
  }

  private void refresh() {
    measureProcess();
    snapshot.removeEnded();
    snapshot.applyCertificates(certificates.get());
    snapshot.applyRefusals(refusals.get());
  }

  /** Unregisters from the JVM's notifications; nothing is measured afterwards. */
  @Override
  public synchronized void close() {
    if (gc != null) {
      gc.close();
    }
    registry.close();
    prometheus.close();
    if (otlp != null) {
      otlp.close();
    }
  }

  private void gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(name, value::getAsDouble).description(description).register(registry);
  }

  private void counter(String name, String description, LongSupplier value) {
    FunctionCounter.builder(name, counted(value), LongSupplier::getAsLong)
        .description(description)
        .register(registry);
  }

  private synchronized LongSupplier counted(LongSupplier value) {
    counted.add(value);
    return value;
  }
}
