package dev.fairlead.cluster.health;

import dev.fairlead.cluster.health.ProbedBackend.HealthContext;
import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.cluster.rows.PeerRows.RowListener;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.TableTimer;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One health verdict on each backend, shared by all members: some of them probe it, each member
 * owns a row of {@code fairlead.health} with the verdicts of its own probers, and all members
 * derive the same verdict from the same rows. Draining members and foreign Vert.x nodes do not
 * probe.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread.
 */
public final class HealthTable {
  /** Raising 3 s keeps verdicts of a hung member; lowering it moves probes at lost messages. */
  static final ReplicatedTable.Table TABLE =
      new ReplicatedTable.Table(
          "fairlead.health", "fairlead.health.changed", Duration.ofSeconds(3));

  private final Supplier<List<Pool>> pools;
  private final Supplier<List<MemberInfo>> members;
  private final PeerVerdicts peers = new PeerVerdicts();
  private final HealthRow own;
  private final HealthContext context;
  private final TableTimer timer;
  private final ReplicatedTable rows;

  private final AskedBackends asked;

  private List<Pool> known = List.of();

  /** Keys of backends that their agents have taken out of use: those are not probed. */
  private Set<String> inMaintenance = Set.of();

  /** By key. */
  private Map<String, ProbedBackend> probed = Map.of();

  /** Ids of the members that may probe, in order. */
  private Set<String> candidates = Set.of();

  private long lastAssignment;

  /** False before the peers' rows were read: until then the choice of probers would be wrong. */
  private boolean isRunning;

  private volatile boolean draining;

  /** Probes nothing before its start. The suppliers are called often and must return at once. */
  public HealthTable(
      RowContext context,
      Supplier<List<Pool>> pools,
      Supplier<List<MemberInfo>> members,
      HealthListener listener) {
    this.pools = pools;
    this.members = members;
    this.timer = context.timer();
    this.own = new HealthRow(this::refresh, timer::wake);
    this.context =
        new HealthContext(
            context.node().id(),
            peers,
            own,
            listener,
            context.runningTime(),
            this::nameOfMember,
            () -> ++lastAssignment);
    this.asked = new AskedBackends(this.context);
    this.rows = new ReplicatedTable(context, TABLE, own, new PeerListener());
  }

  /** Starts probing; succeeds when the peers' verdicts were read, as far as possible. */
  public Future<Void> start() {
    return rows.start().onSuccess(done -> begin());
  }

  /** {@link #start} without timers. */
  Future<Void> open() {
    return rows.open().onSuccess(done -> begin());
  }

  /** Stops probing, and removes this member's row. Never fails. */
  public Future<Void> stop() {
    rows.run(
        () -> {
          isRunning = false;
          probed.values().forEach(ProbedBackend::stopProbing);
          asked.stop();
        });
    return rows.stop();
  }

  /** Stops probing for good; this member still follows the peers' verdicts. */
  public void drain() {
    draining = true;
    rows.run(this::refresh);
    timer.wake();
  }

  /** To be called after a change of configuration; without it, it is followed a tick later. */
  public void poolsChanged() {
    rows.run(this::refresh);
  }

  /**
   * This member's own prober has decided; a verdict with the {@code assignment} of an earlier one
   * is ignored.
   */
  public void verdict(Backend backend, long assignment, boolean up, @Nullable String reason) {
    Verdict verdict = Verdict.of(up, reason);
    rows.run(
        () -> {
          ProbedBackend one = probed.get(LoadRow.key(backend));
          if (one != null) {
            one.decided(assignment, verdict);
          }
        });
  }

  /**
   * This member has heard from the agent of {@code backend}; with the {@code assignment} of an
   * earlier question it is ignored.
   *
   * @param answers false = it no longer answers, {@code state} is what it said last
   */
  public void told(Backend backend, long assignment, AgentState state, boolean answers) {
    rows.run(
        () -> {
          asked.told(backend, assignment, new AgentReport(state, answers));
          refresh();
        });
  }

  /** Must receive the changes of nodes. */
  public ReplicatedTable rows() {
    return rows;
  }

  private void begin() {
    isRunning = true;
    refresh();
  }

  /** Follows pools and members, and evaluates all backends if one of them changed. */
  private void refresh() {
    if (!isRunning) {
      return;
    }
    boolean changed = follow();
    Set<String> now = candidates();
    if (changed || !now.equals(candidates)) {
      candidates = now;
      probed.values().forEach(one -> one.assign(now));
      asked.assign(now);
      probed.values().forEach(ProbedBackend::evaluate);
      asked.evaluate();
    }
  }

  /** All members with a row, but for those that drain. */
  private Set<String> candidates() {
    Set<String> all = new TreeSet<>(peers.members());
    all.add(context.self());
    members.get().stream().filter(MemberInfo::draining).map(MemberInfo::id).forEach(all::remove);
    if (draining) {
      all.remove(context.self());
    }
    return all;
  }

  private boolean follow() {
    List<Pool> now = pools.get();
    Set<String> out = asked.inMaintenance();
    if (now.equals(known) && out.equals(inMaintenance)) {
      return false;
    }
    known = now;
    inMaintenance = out;
    asked.follow(now);
    Map<String, ProbedBackend> before = new LinkedHashMap<>(probed);
    Map<String, ProbedBackend> next = new LinkedHashMap<>();
    for (Pool pool : now) {
      for (Backend backend : pool.backends()) {
        if (isProbed(pool, backend)) {
          ProbedBackend one = follow(pool, backend, before.remove(LoadRow.key(backend)));
          next.put(one.key(), one);
        }
      }
    }
    probed = next;
    before.values().forEach(ProbedBackend::end);
    return true;
  }

  private ProbedBackend follow(Pool pool, Backend backend, @Nullable ProbedBackend before) {
    if (before == null) {
      return new ProbedBackend(context, backend, pool.config().health());
    }
    before.configure(backend, pool.config().health());
    return before;
  }

  private boolean isProbed(Pool pool, Backend backend) {
    return pool.config().health().isOn()
        && !backend.isReject()
        && !inMaintenance.contains(LoadRow.key(backend))
        && backend.config().state() != BackendConfig.State.DISABLED;
  }

  private String nameOfMember(String id) {
    return members.get().stream()
        .filter(member -> member.id().equals(id))
        .map(MemberInfo::name)
        .findFirst()
        .orElse(id);
  }

  private final class PeerListener implements RowListener {
    @Override
    public void changed(String member, JsonObject fields) {
      if (peers.changed(member, fields)) {
        refresh();
      }
      for (String key : fields.fieldNames()) {
        ProbedBackend one = probed.get(key);
        if (isRunning && one != null) {
          one.evaluate();
        }
        if (isRunning) {
          asked.changed(key);
        }
      }
      refresh();
    }

    @Override
    public void gone(String member) {
      peers.gone(member);
      refresh();
    }

    @Override
    public void second() {
      if (isRunning) {
        probed.values().forEach(ProbedBackend::evaluate);
        asked.evaluate();
        refresh();
      }
    }
  }
}
