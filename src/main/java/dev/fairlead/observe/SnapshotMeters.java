package dev.fairlead.observe;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.WaitQueue;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.pool.Backend;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.ListenerCounters.Handshake;
import dev.fairlead.session.ListenerCounters.HeaderResult;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * The meters of the listeners, pools and backends of the configuration in force, and of removed
 * ones that still have live sessions. Values are read at a scrape: no method is called when a
 * session starts, moves or ends. Any thread.
 */
final class SnapshotMeters {
  private static final String HANDSHAKES = "TLS handshakes of clients that ended or failed here";

  private final MeterRegistry registry;
  private final LiveMeters<String, ListenerCounters> listeners;
  private final LiveMeters<Way, LongAdder> ways;
  private final LiveMeters<BackendKey, Backend> backends;
  private final LiveMeters<String, Leased> limits;
  private final LiveMeters<String, WaitQueue> queues;
  private final LiveMeters<CertificateKey, Instant> certificates;

  SnapshotMeters(MeterRegistry registry) {
    this.registry = registry;
    this.listeners =
        new LiveMeters<>(registry, this::ofListener, (name, counters) -> counters.active() > 0);
    this.backends =
        new LiveMeters<>(registry, this::ofBackend, (key, backend) -> backend.active() > 0);
    this.ways = new LiveMeters<>(registry, this::ofWay, (way, sessions) -> isInUse(way));
    this.limits = new LiveMeters<>(registry, this::ofLimit, (key, limit) -> false);
    this.queues = new LiveMeters<>(registry, this::ofQueue, (key, queue) -> false);
    this.certificates = new LiveMeters<>(registry, this::ofCertificate, (key, end) -> false);
  }

  /** After {@link #listeners} and {@link #backends} are up to date. */
  private boolean isInUse(Way way) {
    return listeners.keys().contains(way.listener())
        && backends.keys().stream().anyMatch(backend -> backend.pool().equals(way.pool()));
  }

  /** {@code pools}: the names of all pools in force, also of those without backends. */
  synchronized void apply(
      List<ListenerCounters> counters, Map<BackendKey, Backend> backendsNow, Set<String> pools) {
    Map<String, ListenerCounters> listenersNow = new HashMap<>();
    Map<Way, LongAdder> waysNow = new HashMap<>();
    for (ListenerCounters each : counters) {
      listenersNow.put(each.listener(), each);
      each.pools().stream()
          .filter(pools::contains)
          .forEach(pool -> waysNow.put(new Way(each.listener(), pool), each.sessionsTo(pool)));
    }
    listeners.apply(listenersNow);
    backends.apply(backendsNow);
    ways.apply(waysNow);
  }

  synchronized void applyLimits(Map<String, Leased> limitsNow, Map<String, WaitQueue> queuesNow) {
    limits.apply(limitsNow);
    queues.apply(queuesNow);
  }

  /** Of two certificates for one name, as of RSA and EC, the one that expires first is exported. */
  synchronized void applyCertificates(List<ListenerCertificate> all) {
    Map<CertificateKey, Instant> ends = new HashMap<>();
    for (ListenerCertificate each : all) {
      ends.merge(
          new CertificateKey(each.listener(), each.certificate().title()),
          each.certificate().notAfter(),
          (one, other) -> one.isBefore(other) ? one : other);
    }
    certificates.apply(ends);
  }

  /** Removes the meters of removed listeners and backends whose last session has ended. */
  synchronized void removeEnded() {
    listeners.removeEnded();
    backends.removeEnded();
    ways.removeEnded();
  }

  private List<Meter> ofLimit(String key, LiveMeters.Current<Leased> source) {
    On<Leased> on = new On<>(source, Tags.of(MetricNames.LIMIT, key));
    return List.of(
        on.gauge(
            MetricNames.LIMIT_USED,
            "What this member uses of a limit of connections",
            Leased::inUse),
        on.gauge(
            MetricNames.LIMIT_ALLOWED,
            "What this member may use of a limit now, of the cluster's or its own",
            Leased::allowed));
  }

  private List<Meter> ofQueue(String key, LiveMeters.Current<WaitQueue> source) {
    return List.of(
        new On<>(source, Tags.of(MetricNames.QUEUE, key))
            .gauge(MetricNames.QUEUE_LENGTH, "Clients that wait in a queue", WaitQueue::size));
  }

  private List<Meter> ofListener(String name, LiveMeters.Current<ListenerCounters> source) {
    On<ListenerCounters> on = new On<>(source, Tags.of(MetricNames.LISTENER, name));
    List<Meter> meters = new ArrayList<>();
    meters.add(on.gauge(MetricNames.SESSIONS_ACTIVE, "Live sessions", ListenerCounters::active));
    On<ListenerCounters> up = on.and(MetricNames.DIRECTION, MetricNames.FROM_CLIENT);
    On<ListenerCounters> down = on.and(MetricNames.DIRECTION, MetricNames.TO_CLIENT);
    String bytes = "Bytes relayed, replies of the member included";
    meters.add(up.counter(MetricNames.BYTES, bytes, ListenerCounters::bytesFromClient));
    meters.add(down.counter(MetricNames.BYTES, bytes, ListenerCounters::bytesToClient));
    for (CloseReason reason : MetricNames.REFUSALS) {
      meters.add(
          on.and(MetricNames.REASON, reason.label())
              .counter(
                  MetricNames.REFUSED,
                  "Clients turned away",
                  counters -> counters.refusedFor(reason)));
    }
    for (HeaderResult result : HeaderResult.values()) {
      meters.add(
          on.and(MetricNames.RESULT, result.label())
              .counter(
                  MetricNames.PROXY_HEADERS,
                  "PROXY headers that were read or waited for",
                  counters -> counters.headers(result)));
    }
    addHandshakes(on, meters);
    return meters;
  }

  private void addHandshakes(On<ListenerCounters> on, List<Meter> meters) {
    for (TlsVersion version : TlsVersion.values()) {
      for (boolean resumed : new boolean[] {false, true}) {
        Handshake kind = new Handshake(version.label(), resumed);
        meters.add(
            on.handshake(MetricNames.OK, version.label(), String.valueOf(resumed))
                .counter(
                    MetricNames.TLS_HANDSHAKES, HANDSHAKES, counters -> counters.handshakes(kind)));
      }
    }
    meters.add(
        on.handshake(MetricNames.FAILED, MetricNames.NONE, MetricNames.NONE)
            .counter(MetricNames.TLS_HANDSHAKES, HANDSHAKES, ListenerCounters::handshakesFailed));
    meters.add(
        on.timer(
            MetricNames.TLS_HANDSHAKE,
            "Time of complete TLS handshakes, from the client's first message on",
            ListenerCounters::handshakesDone,
            ListenerCounters::handshakeNanos));
  }

  private List<Meter> ofCertificate(CertificateKey key, LiveMeters.Current<Instant> source) {
    Tags tags = Tags.of(MetricNames.LISTENER, key.listener(), MetricNames.NAME, key.name());
    return List.of(
        new On<>(source, tags)
            .gauge(
                MetricNames.CERTIFICATE_EXPIRY,
                "When a certificate of a listener expires, in seconds since 1970",
                Instant::getEpochSecond));
  }

  private List<Meter> ofWay(Way way, LiveMeters.Current<LongAdder> source) {
    Tags tags = Tags.of(MetricNames.LISTENER, way.listener(), MetricNames.POOL, way.pool());
    return List.of(
        new On<>(source, tags)
            .counter(MetricNames.SESSIONS, "Sessions given to a pool", LongAdder::sum));
  }

  private List<Meter> ofBackend(BackendKey key, LiveMeters.Current<Backend> source) {
    On<Backend> on =
        new On<>(source, Tags.of(MetricNames.POOL, key.pool(), MetricNames.BACKEND, key.backend()));
    return List.of(
        on.gauge(
            MetricNames.BACKEND_SESSIONS_ACTIVE,
            "This member's live sessions of a backend",
            Backend::active),
        on.gauge(
            MetricNames.BACKEND_CLUSTER_SESSIONS,
            "All members' live sessions of a backend",
            Backend::clusterActive),
        on.gauge(
            MetricNames.BACKEND_HEALTHY,
            "1 = healthy or not probed, 0 = down",
            backend -> backend.isHealthy() ? 1 : 0),
        on.counter(
            MetricNames.BACKEND_FAILURES,
            "Connections a backend did not take, or reset before its first byte",
            Backend::failures));
  }

  /** One backend of one pool. */
  record BackendKey(String pool, String backend) {}

  /** A certificate of a listener, by its {@code title}. */
  private record CertificateKey(String listener, String name) {}

  /** From a listener to a pool. */
  private record Way(String listener, String pool) {}

  /** Makes the meters of one set of labels. */
  private final class On<T> {
    private final LiveMeters.Current<T> source;
    private final Tags tags;

    On(LiveMeters.Current<T> source, Tags tags) {
      this.source = source;
      this.tags = tags;
    }

    On<T> and(String label, String value) {
      return new On<>(source, tags.and(label, value));
    }

    On<T> handshake(String result, String version, String resumed) {
      return and(MetricNames.RESULT, result)
          .and(MetricNames.VERSION, version)
          .and(MetricNames.RESUMED, resumed);
    }

    Meter timer(
        String name, String description, ToDoubleFunction<T> count, ToDoubleFunction<T> nanos) {
      return FunctionTimer.builder(
              name,
              source,
              each -> (long) each.read(count),
              each -> each.read(nanos),
              TimeUnit.NANOSECONDS)
          .description(description)
          .tags(tags)
          .register(registry);
    }

    Meter gauge(String name, String description, ToDoubleFunction<T> value) {
      return Gauge.builder(name, source, each -> each.read(value))
          .description(description)
          .tags(tags)
          .register(registry);
    }

    Meter counter(String name, String description, ToDoubleFunction<T> value) {
      return FunctionCounter.builder(name, source, each -> each.read(value))
          .description(description)
          .tags(tags)
          .register(registry);
    }
  }
}
