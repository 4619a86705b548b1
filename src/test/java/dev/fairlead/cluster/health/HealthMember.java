package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.node.Nodes;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowContext.RowTraffic;
import dev.fairlead.cluster.rows.RowOutage;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.PoolConfigs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A member that shares its verdicts on one backend, {@link #KEY}, and whose prober decides as the
 * test says.
 */
final class HealthMember implements HealthListener, Membership.MembershipListener {
  static final String KEY = "web/127.0.0.1:9001";

  final String name;
  final ClusterNode node;
  final OnContext context;
  final FakeClock clock = new FakeClock();
  final HealthTable table;
  final Membership membership;

  /**
   * The calls of its listener, as {@code probe null}, {@code stop}, {@code down: REASON}, {@code
   * up}.
   */
  private final List<String> heard = new CopyOnWriteArrayList<>();

  private final Set<String> probing = ConcurrentHashMap.newKeySet();
  private volatile Pools pools = Pools.NONE.next(List.of(pool(health(2, Duration.ofSeconds(2)))));
  private volatile boolean asking;
  private volatile boolean draining;
  private volatile long assignment;
  private volatile long question;

  HealthMember(String name, ClusterNode node) {
    this.name = name;
    this.node = node;
    this.context = new OnContext(node.vertx());
    membership = new Membership(RowContext.of(node, () -> false), this::info, this);
    table =
        new HealthTable(
            new RowContext(node, clock, clock.running(), new RowTraffic(), new RowOutage()),
            () -> pools.all(),
            membership::members,
            this);
    node.listen(new Nodes(List.of(membership.rows(), table.rows())));
    context.call(() -> membership.enter(name));
  }

  static HealthConfig health(int probers, Duration interval) {
    HealthConfig none = HealthConfig.NONE;
    return new HealthConfig(
        HealthConfig.Type.TCP,
        interval,
        null,
        null,
        none.timeout(),
        none.rise(),
        none.fall(),
        probers,
        none.port(),
        none.http(),
        none.expect(),
        HealthConfig.End.RST);
  }

  static PoolConfig pool(HealthConfig health, BackendConfig... backends) {
    return pool(health, null, backends);
  }

  static PoolConfig pool(
      HealthConfig health, PoolConfig.AgentConfig agent, BackendConfig... backends) {
    PoolConfig base = PoolConfigs.pool("web", 9001);
    return new PoolConfig(
        base.name(),
        base.balance(),
        backends.length == 0 ? base.backends() : List.of(backends),
        base.discovery(),
        health,
        base.outlier(),
        base.slowStart(),
        base.connect(),
        base.timeouts(),
        base.limits(),
        null,
        null,
        base.whenDown(),
        base.onBackendDown(),
        base.closing(),
        base.rebalance(),
        base.stickiness(),
        agent,
        base.replies());
  }

  /** Takes part, its timers driven by the test. */
  HealthMember open() {
    context.call(table::open);
    return this;
  }

  /** {@code pools} are in force. */
  void apply(PoolConfig... configs) {
    pools = pools.next(List.of(configs));
    table.poolsChanged();
    context.run(() -> {});
  }

  /** {@code config} is removed and put back before the table reads the pools again. */
  void removeAndPutBack(PoolConfig config) {
    // Two without it: one change later the pools still know a backend that was removed.
    pools = pools.next(List.of()).next(List.of()).next(List.of(config));
    table.poolsChanged();
    context.run(() -> {});
  }

  /** Its prober decides; the peers receive that after the next tick. */
  void says(boolean up) {
    says(assignment, up);
  }

  /** The prober of that assignment decides. */
  void says(long prober, boolean up) {
    table.verdict(backend(), prober, up, "refused");
    context.run(() -> {});
  }

  /** Of the prober that was started last. */
  long assignment() {
    return assignment;
  }

  void tick() {
    context.run(table.rows()::tick);
  }

  void second() {
    context.run(table.rows()::second);
  }

  void drain() {
    draining = true;
    table.drain();
    context.run(() -> {});
  }

  Backend backend() {
    return pools.all().get(0).backends().get(0);
  }

  boolean isProbing() {
    return probing.contains(KEY);
  }

  boolean isHealthy() {
    return backend().isHealthy();
  }

  void awaitProbing(boolean is) {
    await().untilAsserted(() -> assertThat(isProbing()).as(name).isEqualTo(is));
  }

  void awaitHealthy(boolean is) {
    await().untilAsserted(() -> assertThat(isHealthy()).as(name).isEqualTo(is));
  }

  /** The calls of its listener since the last one of this method. */
  List<String> heard() {
    List<String> all = List.copyOf(heard);
    heard.clear();
    return all;
  }

  private MemberInfo info() {
    return new MemberInfo(
        node.id(), name, node.address(), "0.1.0", Instant.EPOCH, 1, 0, true, draining);
  }

  @Override
  public void probe(Backend backend, long started, Boolean initial) {
    assertThat(probing.add(LoadRow.key(backend))).isTrue();
    assignment = started;
    heard.add("probe " + initial);
  }

  @Override
  public void stopProbing(Backend backend) {
    assertThat(probing.remove(LoadRow.key(backend))).isTrue();
    heard.add("stop");
  }

  @Override
  public void healthy(Backend backend, boolean healthy, String reason) {
    assertThat(backend.isHealthy()).isNotEqualTo(healthy);
    backend.healthy(healthy);
    heard.add((healthy ? "up: " : "down: ") + reason);
  }

  /** The agent says {@code line} to this member, or nothing any more. */
  void hears(String line, boolean answers) {
    table.told(backend(), question, backend().agent().told(line), answers);
    context.run(() -> {});
  }

  boolean isAsking() {
    return asking;
  }

  @Override
  public void ask(Backend backend, long started, AgentState initial) {
    assertThat(asking).isFalse();
    asking = true;
    question = started;
    heard.add("ask " + initial.text());
  }

  @Override
  public void stopAsking(Backend backend) {
    assertThat(asking).isTrue();
    asking = false;
  }

  @Override
  public void told(Backend backend, AgentState state) {
    assertThat(backend.agent()).isNotEqualTo(state);
    backend.agent(state);
  }

  @Override
  public void joined(MemberInfo member) {}

  @Override
  public void left(MemberInfo member) {}
}
