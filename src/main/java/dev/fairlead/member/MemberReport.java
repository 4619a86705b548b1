package dev.fairlead.member;

import dev.fairlead.admin.MemberView;
import dev.fairlead.admission.NetworkList;
import dev.fairlead.admission.Permits;
import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.MetricsReport.OfBackend;
import dev.fairlead.event.MetricsReport.OfListener;
import dev.fairlead.event.MetricsReport.OfPool;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.observe.AccessLog;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.rebalance.RebalancePlan;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A member's state as shown by its admin listener and published to the cluster. Any thread. */
record MemberReport(
    Instant started,
    Proxy proxy,
    LiveConfig live,
    Drain drain,
    ClusterVerticle cluster,
    AccessLog accessLog,
    LiveReports reports,
    OwnFile file)
    implements MemberView {
  /**
   * An event loop whose timer has not run for this long counts as stuck. Lowering it restarts a
   * member sooner at the expense of restarts during long garbage collections.
   */
  private static final long STUCK_NANOS = Duration.ofSeconds(10).toNanos();

  /**
   * The member's own file: its name as given on the command line, its digest when it was last read
   * without a problem, and whether the revision in force may come from another member.
   */
  record OwnFile(String name, Supplier<String> digest, boolean clustered) {}

  @Override
  public boolean isLive() {
    long now = System.nanoTime();
    return proxy.loops().verticles().stream().allMatch(loop -> now - loop.tickedAt() < STUCK_NANOS);
  }

  @Override
  public List<String> notReadyReasons() {
    List<String> reasons = new ArrayList<>();
    if (!live.isConfigured()) {
      reasons.add("no configuration is in force yet");
    }
    String trouble = cluster.trouble();
    if (trouble != null) {
      reasons.add(trouble);
    }
    if (drain.hasBegun()) {
      reasons.add("draining");
    }
    return reasons;
  }

  @Override
  public Status status() {
    MemberId self = cluster.self();
    return new Status(
        self.id(),
        self.name(),
        FairleadVersion.get(),
        started,
        proxy.loops().transport().name(),
        proxy.loops().verticles().size(),
        proxy.loops().count().live(),
        proxy.loops().count().max(),
        drain.hasBegun(),
        new AccessLogStatus(accessLog.waiting(), accessLog.dropped()),
        proxy.tls().status().orElse(null),
        file.clustered(),
        file.name(),
        isFileInForce(),
        live.inForce().revision().author(),
        Stream.concat(live.problems().stream().map(Problem::toString), proxy.lists().problems())
            .toList(),
        live.restartNeeded());
  }

  /** Compares digests; parses the document in force, so not for event loops. */
  private boolean isFileInForce() {
    Revision revision = live.inForce().revision();
    String digest = Document.of(revision.format(), revision.text()).digest();
    return live.problems().isEmpty() && digest.equals(file.digest().get());
  }

  /** The own row in the member table. */
  MemberInfo info() {
    MemberId self = cluster.self();
    return new MemberInfo(
        self.id(),
        self.name(),
        cluster.address(),
        FairleadVersion.get(),
        started,
        revision(),
        proxy.loops().count().live(),
        notReadyReasons().isEmpty(),
        drain.hasBegun());
  }

  MetricsReport metrics() {
    MetricsReport totals =
        new MetricsReport(
            cluster.self(),
            Instant.now(),
            revision(),
            Duration.between(started, Instant.now()),
            proxy.stats().total(),
            live.inForce().config().listeners().stream().map(this::metricsOf).toList(),
            pools().stream().map(MemberReport::metricsOf).toList());
    return reports.complete(totals, this, live.problems());
  }

  /** As of {@code LocalMember}. */
  Future<JsonObject> answer(JsonObject query) {
    return reports.answer(this, query);
  }

  /** As of {@code LocalMember}. */
  void joined(BiFunction<String, JsonObject, Future<JsonObject>> ask) {
    reports.joined(cluster.self(), members(), ask);
  }

  @Override
  public Now now() {
    Map<String, Integer> waiting = new HashMap<>();
    proxy.limiters().queues().forEach((key, queue) -> waiting.put(key, queue.size()));
    return new Now(
        cluster.self(),
        FairleadVersion.get(),
        started,
        proxy.loops().count().max(),
        live.problems(),
        proxy.limiters().leased().stream()
            .filter(each -> each.allowed() != Permits.UNLIMITED)
            .toList(),
        waiting);
  }

  private OfListener metricsOf(ListenerConfig listener) {
    ListenerCounters counters = proxy.stats().of(listener.name());
    return new OfListener(listener.name(), ListenerStats.sum(counters));
  }

  private static OfPool metricsOf(Pool pool) {
    return new OfPool(pool.name(), pool.backends().stream().map(MemberReport::metricsOf).toList());
  }

  private static OfBackend metricsOf(Backend backend) {
    return new OfBackend(
        backend.id(),
        backend.active(),
        backend.clusterActive(),
        backend.total(),
        backend.failures());
  }

  private long revision() {
    return live.isConfigured() ? live.inForce().revision().revision() : 0;
  }

  @Override
  public List<MemberInfo> members() {
    return cluster.members();
  }

  @Override
  public List<ListenerStatus> listeners() {
    Map<String, String> addresses = proxy.addresses();
    return Stream.concat(
            live.inForce().config().listeners().stream()
                .map(each -> statusOf(each, false, addresses.get(each.name()))),
            proxy.stats().removedWithSessions().stream().map(each -> statusOf(each, true, null)))
        .toList();
  }

  @Override
  public List<ListenerCertificate> certificates() {
    return proxy.tls().certificates();
  }

  @Override
  public List<UnusableFiles> unusableFiles() {
    return proxy.tls().unusable();
  }

  @Override
  public Function<Path, NetworkList> lists() {
    return proxy.lists().inForce();
  }

  @Override
  public List<Pool> pools() {
    return proxy.pools();
  }

  @Override
  public List<Backend> removedBackends() {
    return proxy.removedBackends();
  }

  @Override
  public Future<List<SessionRecord>> sessions() {
    return proxy.loops().sessions();
  }

  @Override
  public Future<Boolean> closeSession(String id) {
    return proxy.loops().end(id);
  }

  @Override
  public Future<RebalancePlan> rebalancePlan(Pool pool) {
    return new SharedLoads(cluster).plan(pool, SharedLoads.total(pool));
  }

  @Override
  public boolean isConfigured() {
    return live.isConfigured();
  }

  @Override
  public InForce config() {
    return live.inForce();
  }

  private ListenerStatus statusOf(
      ListenerConfig listener, boolean removed, @Nullable String address) {
    ListenerCounters counters = proxy.stats().of(listener.name());
    return new ListenerStatus(
        listener.name(),
        removed ? ListenerStatus.REMOVED : listener.state().label(),
        listener.bind().toString(),
        address,
        listener.pool(),
        listener.routes(),
        counters.active(),
        counters.total());
  }
}
