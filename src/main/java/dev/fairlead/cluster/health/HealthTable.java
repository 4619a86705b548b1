package dev.fairlead.cluster.health;

import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.OwnRow;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowListener;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.event.MemberInfo;
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

/**
 * One verdict on each backend that all members share: some of them probe it, every member owns a
 * row of {@code fairlead.health} with what its own probers found, and each makes the same of all
 * rows. Rows not renewed for 3 s do not count. Draining members and foreign Vert.x nodes probe
 * nothing.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread.
 */
public final class HealthTable {
  static final ReplicatedTable.Table TABLE =
      new ReplicatedTable.Table(
          "fairlead.health", "fairlead.health.changed", Duration.ofSeconds(3));

  private final Supplier<List<Pool>> pools;
  private final Supplier<List<MemberInfo>> members;
  private final PeerVerdicts others = new PeerVerdicts();
  private final HealthRow own = new HealthRow();
  private final Probed.Place place;
  private final ReplicatedTable rows;

  /** Those in force when it was last looked. */
  private List<Pool> known = List.of();

  /** By key, of the backends that are probed. */
  private Map<String, Probed> probed = Map.of();

  /** Who may probe, by id in order. */
  private Set<String> candidates = Set.of();

  /** Between start and stop; before the others' rows are read nobody can say who probes. */
  private boolean isRunning;

  private volatile boolean draining;

  /**
   * Probes nothing before its start.
   *
   * @param pools gives those in force, {@code members} who is there and draining, this one
   *     included; both are asked often and must return at once
   * @param listener probes, and is told what the cluster thinks
   */
  public HealthTable(
      RowContext place,
      Supplier<List<Pool>> pools,
      Supplier<List<MemberInfo>> members,
      HealthListener listener) {
    this.pools = pools;
    this.members = members;
    this.place =
        new Probed.Place(
            place.node().id(), others, own, listener, place.nanos(), this::nameOfMember);
    this.rows = new ReplicatedTable(place, TABLE, new CurrentRow(), new Rows());
  }

  /** Takes part from now on. Succeeds when the others' verdicts are known, if they can be read. */
  public Future<Void> start() {
    return rows.start().onSuccess(done -> begin());
  }

  /** {@link #start} without timers. */
  Future<Void> open() {
    return rows.open().onSuccess(done -> begin());
  }

  /** Probes no more, and takes this member's verdicts away. Never fails. */
  public Future<Void> stop() {
    rows.run(
        () -> {
          isRunning = false;
          probed.values().forEach(Probed::stopProbing);
        });
    return rows.stop();
  }

  /** This member drains: it probes no more and goes by what the others find. */
  public void drain() {
    draining = true;
    rows.run(this::refresh);
  }

  /** To be called after a change of configuration, so that it is followed at once. */
  public void poolsChanged() {
    rows.run(this::refresh);
  }

  /**
   * This member's own prober of {@code backend} has decided; of no meaning unless it was told to
   * probe.
   *
   * @param reason why it is down, in a few words; null = none, as for one that is up
   */
  public void verdict(Backend backend, boolean up, String reason) {
    Verdict verdict = Verdict.of(up, reason);
    rows.run(
        () -> {
          Probed one = probed.get(LoadRow.key(backend));
          if (one != null) {
            one.decided(verdict);
          }
        });
  }

  /** Must hear who comes and goes. */
  public ClusterNode.Listener nodes() {
    return rows;
  }

  ReplicatedTable rows() {
    return rows;
  }

  private void begin() {
    isRunning = true;
    refresh();
  }

  /** Follows pools and members, and looks at all backends if one of them changed. */
  private void refresh() {
    if (!isRunning) {
      return;
    }
    boolean changed = follow();
    Set<String> now = candidates();
    if (changed || !now.equals(candidates)) {
      candidates = now;
      probed.values().forEach(this::assign);
      probed.values().forEach(Probed::look);
    }
  }

  private void assign(Probed one) {
    one.assigned(
        ProberChoice.choose(candidates, one.key(), one.wantedProbers()),
        candidates.contains(place.self()));
  }

  /** Everybody whose row is there, but for those that drain. */
  private Set<String> candidates() {
    Set<String> all = new TreeSet<>(others.members());
    all.add(place.self());
    members.get().stream().filter(MemberInfo::draining).map(MemberInfo::id).forEach(all::remove);
    if (draining) {
      all.remove(place.self());
    }
    return all;
  }

  private boolean follow() {
    List<Pool> now = pools.get();
    if (now.equals(known)) {
      return false;
    }
    known = now;
    Map<String, Probed> before = new LinkedHashMap<>(probed);
    Map<String, Probed> next = new LinkedHashMap<>();
    for (Pool pool : now) {
      for (Backend backend : pool.backends()) {
        if (isProbed(pool, backend)) {
          Probed one = follow(pool, backend, before.remove(LoadRow.key(backend)));
          next.put(one.key(), one);
        }
      }
    }
    probed = next;
    before.values().forEach(Probed::end);
    return true;
  }

  private Probed follow(Pool pool, Backend backend, Probed before) {
    if (before == null) {
      return new Probed(place, backend, pool.config().health());
    }
    before.configured(backend, pool.config().health());
    return before;
  }

  private static boolean isProbed(Pool pool, Backend backend) {
    return pool.config().health().isOn()
        && backend.config().state() != BackendConfig.State.DISABLED;
  }

  private String nameOfMember(String id) {
    return members.get().stream()
        .filter(member -> member.id().equals(id))
        .map(MemberInfo::name)
        .findFirst()
        .orElse(id);
  }

  /** The own row, of the pools and members of now even if nobody said that they changed. */
  private final class CurrentRow implements OwnRow {
    @Override
    public JsonObject whole() {
      return own.whole();
    }

    @Override
    public JsonObject changes() {
      refresh();
      return own.changes();
    }
  }

  private final class Rows implements RowListener {
    @Override
    public void changed(String member, JsonObject fields) {
      boolean isNew = others.changed(member, fields);
      if (!isRunning) {
        return;
      }
      if (isNew) {
        refresh();
      }
      for (String key : fields.fieldNames()) {
        Probed one = probed.get(key);
        if (one != null) {
          one.look();
        }
      }
    }

    @Override
    public void gone(String member) {
      others.gone(member);
      refresh();
    }

    @Override
    public void second() {
      if (isRunning) {
        probed.values().forEach(Probed::look);
      }
    }
  }
}
