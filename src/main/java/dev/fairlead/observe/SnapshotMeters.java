package dev.fairlead.observe;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.LimitRefusals.LimitRefusal;
import dev.fairlead.admission.WaitQueue;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.ListenerCounters.Handshake;
import dev.fairlead.session.ListenerCounters.HeaderResult;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * The meters of the listeners, pools and backends of the configuration in force, and of removed
 * ones that still have live sessions. Values are read at a scrape: no method is called when a
 * session starts, moves or ends. Any thread.
 */
final class SnapshotMeters {
  /** Raising it exports more of a large directory of certificates; what matters expires first. */
  private static final int MOST_CERTIFICATES = 500;

  private static final LongAdder NO_REFUSAL = new LongAdder();

  private static final String HANDSHAKES = "TLS handshakes of clients that ended or failed here";

  private final MeterRegistry registry;
  private final LiveMeters<String, ListenerCounters> listeners;
  private final LiveMeters<ListenerToPool, LongAdder> toPools;
  private final BackendMeters backends;
  private final LiveMeters<String, Leased> limits;
  private final LiveMeters<ScopedLimit, Leased> configured;
  private final LiveMeters<LimitRefusal, LongAdder> refusals;
  private final LiveMeters<String, WaitQueue> queues;
  private final LiveMeters<CertificateKey, Instant> certificates;

  /** At most {@code mostBackends} backends have rows of their own. */
  SnapshotMeters(MeterRegistry registry, int mostBackends) {
    this.registry = registry;
    this.listeners =
        new LiveMeters<>(registry, this::ofListener, (name, counters) -> counters.active() > 0);
    this.backends = new BackendMeters(registry, mostBackends);
    this.toPools =
        new LiveMeters<>(registry, this::ofListenerToPool, (key, sessions) -> isInUse(key));
    this.limits = new LiveMeters<>(registry, this::ofLimit, (key, limit) -> false);
    this.configured = new LiveMeters<>(registry, this::ofConfigured, (key, limit) -> false);
    this.refusals = new LiveMeters<>(registry, this::ofRefusal, (key, count) -> false);
    this.queues = new LiveMeters<>(registry, this::ofQueue, (key, queue) -> false);
    this.certificates = new LiveMeters<>(registry, this::ofCertificate, (key, end) -> false);
  }

  /** After {@link #listeners} and {@link #backends} are up to date. */
  private boolean isInUse(ListenerToPool key) {
    return listeners.keys().contains(key.listener()) && backends.hasPool(key.pool());
  }

  synchronized void apply(List<ListenerCounters> counters, List<Pool> poolsNow) {
    Set<String> pools = poolsNow.stream().map(Pool::name).collect(Collectors.toSet());
    Map<String, ListenerCounters> listenersNow = new HashMap<>();
    Map<ListenerToPool, LongAdder> toPoolsNow = new HashMap<>();
    for (ListenerCounters each : counters) {
      listenersNow.put(each.listener(), each);
      each.pools().stream()
          .filter(pools::contains)
          .forEach(
              pool ->
                  toPoolsNow.put(new ListenerToPool(each.listener(), pool), each.sessionsTo(pool)));
    }
    listeners.apply(listenersNow);
    backends.apply(poolsNow);
    toPools.apply(toPoolsNow);
  }

  /** To be called after {@link #apply}: limits of backends without rows of their own have none. */
  synchronized void applyLimits(Map<String, Leased> limitsNow, Map<String, WaitQueue> queuesNow) {
    Map<String, Leased> shown = new HashMap<>(limitsNow);
    shown.keySet().removeIf(key -> !isShown(key));
    limits.apply(shown);
    Map<ScopedLimit, Leased> byScope = new HashMap<>();
    shown.forEach((key, limit) -> byScope.put(ScopedLimit.of(key, limit), limit));
    configured.apply(byScope);
    queues.apply(queuesNow);
  }

  /** Keys of backends are such as {@code pool/web/backend/10.0.0.1:9001}. */
  private boolean isShown(String key) {
    String[] parts = key.split("/", 4);
    return parts.length < 4 || backends.isSingle(parts[1], parts[3]);
  }

  /** Exports the refusals of each limit, of those in force from the start. */
  synchronized void applyRefusals(Map<LimitRefusal, LongAdder> now) {
    Map<LimitRefusal, LongAdder> shown = new HashMap<>(now);
    for (String key : limits.keys()) {
      CloseReason reason =
          key.endsWith("/rate") ? CloseReason.LIMIT_RATE : CloseReason.LIMIT_CONNECTIONS;
      if (!key.contains("/backend/")) {
        shown.putIfAbsent(new LimitRefusal(key, reason.label()), NO_REFUSAL);
      }
    }
    refusals.apply(shown);
  }

  private List<Meter> ofRefusal(LimitRefusal key, LiveMeters.Current<LongAdder> source) {
    Tags tags = Tags.of(MetricNames.LIMIT, key.limit(), MetricNames.REASON, key.reason());
    return List.of(
        new LabelledMeters<>(registry, source, tags)
            .counter(
                MetricNames.LIMIT_REFUSED,
                "Clients that a limit refused: which of the limits of listener, pool and backends",
                LongAdder::sum));
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
    certificates.apply(first(ends));
  }

  private static Map<CertificateKey, Instant> first(Map<CertificateKey, Instant> ends) {
    Map<CertificateKey, Instant> first = new HashMap<>();
    ends.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(MOST_CERTIFICATES)
        .forEach(each -> first.put(each.getKey(), each.getValue()));
    return first;
  }

  /** Removes the meters of removed listeners and backends whose last session has ended. */
  synchronized void removeEnded() {
    listeners.removeEnded();
    backends.removeEnded();
    toPools.removeEnded();
  }

  private List<Meter> ofLimit(String key, LiveMeters.Current<Leased> source) {
    LabelledMeters<Leased> on =
        new LabelledMeters<>(registry, source, Tags.of(MetricNames.LIMIT, key));
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

  private List<Meter> ofConfigured(ScopedLimit key, LiveMeters.Current<Leased> source) {
    Tags tags = Tags.of(MetricNames.LIMIT, key.limit(), MetricNames.SCOPE, key.scope().label());
    return List.of(
        new LabelledMeters<>(registry, source, tags)
            .gauge(
                MetricNames.LIMIT_CONFIGURED,
                "A limit as configured: of all members together, or of each",
                limit -> limit.limit() > 0 ? limit.limit() : limit.allowed()));
  }

  private List<Meter> ofQueue(String key, LiveMeters.Current<WaitQueue> source) {
    return List.of(
        new LabelledMeters<>(registry, source, Tags.of(MetricNames.QUEUE, key))
            .gauge(MetricNames.QUEUE_LENGTH, "Clients that wait in a queue", WaitQueue::size));
  }

  private List<Meter> ofListener(String name, LiveMeters.Current<ListenerCounters> source) {
    LabelledMeters<ListenerCounters> on =
        new LabelledMeters<>(registry, source, Tags.of(MetricNames.LISTENER, name));
    List<Meter> meters = new ArrayList<>();
    meters.add(on.gauge(MetricNames.SESSIONS_ACTIVE, "Live sessions", ListenerCounters::active));
    LabelledMeters<ListenerCounters> up = on.and(MetricNames.DIRECTION, MetricNames.FROM_CLIENT);
    LabelledMeters<ListenerCounters> down = on.and(MetricNames.DIRECTION, MetricNames.TO_CLIENT);
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

  private void addHandshakes(LabelledMeters<ListenerCounters> on, List<Meter> meters) {
    for (TlsVersion version : TlsVersion.values()) {
      for (boolean resumed : new boolean[] {false, true}) {
        Handshake kind = new Handshake(version.label(), resumed);
        meters.add(
            handshake(on, MetricNames.OK, version.label(), String.valueOf(resumed))
                .counter(
                    MetricNames.TLS_HANDSHAKES, HANDSHAKES, counters -> counters.handshakes(kind)));
      }
    }
    meters.add(
        handshake(on, MetricNames.FAILED, MetricNames.NONE, MetricNames.NONE)
            .counter(MetricNames.TLS_HANDSHAKES, HANDSHAKES, ListenerCounters::handshakesFailed));
    meters.add(
        on.timer(
            MetricNames.TLS_HANDSHAKE,
            "Time of complete TLS handshakes, from the client's first message on",
            ListenerCounters::handshakesDone,
            ListenerCounters::handshakeNanos));
  }

  private static LabelledMeters<ListenerCounters> handshake(
      LabelledMeters<ListenerCounters> on, String result, String version, String resumed) {
    return on.and(MetricNames.RESULT, result)
        .and(MetricNames.VERSION, version)
        .and(MetricNames.RESUMED, resumed);
  }

  private List<Meter> ofCertificate(CertificateKey key, LiveMeters.Current<Instant> source) {
    Tags tags = Tags.of(MetricNames.LISTENER, key.listener(), MetricNames.NAME, key.name());
    return List.of(
        new LabelledMeters<>(registry, source, tags)
            .gauge(
                MetricNames.CERTIFICATE_EXPIRY,
                "When a certificate of a listener expires, in seconds since 1970",
                Instant::getEpochSecond));
  }

  private List<Meter> ofListenerToPool(ListenerToPool key, LiveMeters.Current<LongAdder> source) {
    Tags tags = Tags.of(MetricNames.LISTENER, key.listener(), MetricNames.POOL, key.pool());
    return List.of(
        new LabelledMeters<>(registry, source, tags)
            .counter(MetricNames.SESSIONS, "Sessions given to a pool", LongAdder::sum));
  }

  /** A certificate of a listener, by its {@code title}. */
  private record CertificateKey(String listener, String name) {}

  /** A limit and whose it is. */
  private record ScopedLimit(String limit, LimitScope scope) {
    static ScopedLimit of(String key, Leased limit) {
      return new ScopedLimit(key, limit.limit() > 0 ? LimitScope.CLUSTER : LimitScope.MEMBER);
    }
  }

  /** The sessions that a listener gives to a pool. */
  private record ListenerToPool(String listener, String pool) {}
}
