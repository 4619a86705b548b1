package dev.fairlead.admin;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.Route;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.pool.rebalance.RebalancePlan;
import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import dev.fairlead.session.Phase;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.testkit.PoolConfigs;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A member whose answers the test sets. */
public class FakeMember implements MemberView {
  private static final Route ROUTE =
      new Route(List.of("a.example"), List.of("h2"), List.of(Cidr.of("10.0.0.0/8")), "web");
  public static final Instant STARTED = Instant.parse("2026-11-22T09:00:00Z");

  public final Pools pools = Pools.NONE.next(List.of(PoolConfigs.pool("web", 9001, 9002)));
  final Map<String, SessionRecord> sessions = new ConcurrentHashMap<>();
  volatile boolean live = true;
  public volatile List<String> notReady = List.of();
  public volatile List<MemberInfo> members = List.of(info("m1", null));
  public volatile List<ListenerCertificate> certificates = List.of();
  public volatile List<UnusableFiles> unusable = List.of();
  public volatile List<Problem> problems = List.of();
  volatile RuntimeException bug;

  /** How often {@link #now} was called. */
  public final AtomicInteger asked = new AtomicInteger();

  @Override
  public boolean isLive() {
    return live;
  }

  @Override
  public List<String> notReadyReasons() {
    return notReady;
  }

  @Override
  public Status status() {
    if (bug != null) {
      throw bug;
    }
    return new Status(
        "id-m1",
        "m1",
        "0.1.0",
        STARTED,
        "epoll",
        2,
        sessions.size(),
        5000,
        false,
        new AccessLogStatus(12, 3),
        new TlsStatus("BoringSSL", List.of("listener web: a note")),
        false,
        "conf/fairlead.yaml",
        false,
        "file:fairlead.yaml",
        List.of("conf/fairlead.yaml:3: pools[0].balance: best (expected: two-choices)"),
        List.of("node.eventLoops"));
  }

  @Override
  public Now now() {
    asked.incrementAndGet();
    return new Now(
        new MemberId("id-m1", "m1"), "0.1.0", STARTED, 5000, problems, List.of(), Map.of());
  }

  @Override
  public List<MemberInfo> members() {
    return members;
  }

  /** A member that serves. */
  public static MemberInfo info(String name, String address) {
    return new MemberInfo("id-" + name, name, address, "0.1.0", STARTED, 7, 3, true, false);
  }

  @Override
  public List<ListenerStatus> listeners() {
    return List.of(
        new ListenerStatus(
            "web", "enabled", "127.0.0.1:0", "127.0.0.1:40123", "web", List.of(ROUTE), 3, 17));
  }

  @Override
  public List<ListenerCertificate> certificates() {
    return certificates;
  }

  @Override
  public List<UnusableFiles> unusableFiles() {
    return unusable;
  }

  @Override
  public List<Pool> pools() {
    return pools.all();
  }

  @Override
  public List<Backend> removedBackends() {
    return List.of();
  }

  @Override
  public Future<List<SessionRecord>> sessions() {
    return Future.succeededFuture(List.copyOf(sessions.values()));
  }

  @Override
  public Future<Boolean> closeSession(String id) {
    return Future.succeededFuture(sessions.remove(id) != null);
  }

  @Override
  public Future<RebalancePlan> rebalancePlan(Pool pool) {
    List<Load> loads =
        pool.backends().stream()
            .map(
                each ->
                    new Load(
                        each.id(), 1, 1, Long.MAX_VALUE, new TreeMap<>(Map.of("1", each.active()))))
            .toList();
    long total = loads.stream().mapToLong(Load::sessions).sum();
    return Future.succeededFuture(new RebalancePlan(Rebalance.DEFAULT, loads, total, 0));
  }

  @Override
  public boolean isConfigured() {
    return true;
  }

  @Override
  public InForce config() {
    FairleadConfig config =
        new FairleadConfig(
            NodeConfig.DEFAULT,
            ClusterConfig.DEFAULT,
            List.of(new ListenerConfig("web", BindAddress.ip("127.0.0.1", 0), 100, "web")),
            List.of(PoolConfigs.pool("web", 9001)));
    Revision revision =
        new Revision(
            7,
            "id-7",
            "id-6",
            STARTED,
            new Revision.Origin(null, "file:fairlead.yaml", "conf/fairlead.yaml", null),
            ConfigFormat.YAML,
            "pools: []\n",
            "",
            List.of());
    return new InForce(
        revision, config, () -> new JsonObject().put("pools", config.pools().size()));
  }

  /** Adds a live session that has lasted {@code durationMs}. */
  public void session(String id, long durationMs) {
    sessions.put(
        id,
        new SessionRecord(
            STARTED.plusMillis(durationMs),
            id,
            "web",
            new InetSocketAddress("192.0.2.7", 40001),
            new InetSocketAddress("192.0.2.1", 50001),
            8443,
            null,
            null,
            null,
            "web",
            "127.0.0.1:9001",
            1,
            2_300,
            durationMs,
            100,
            200,
            null,
            Phase.RELAY));
  }
}
