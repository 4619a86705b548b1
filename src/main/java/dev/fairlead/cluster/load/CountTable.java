package dev.fairlead.cluster.load;

import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.load.PeerCounts.Receiver;
import dev.fairlead.cluster.rows.OwnRow;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.TableTimer;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Live counts of all members: each member owns a row with its own counts, and the sum of the peer
 * rows goes to where this member balances or limits by it. A change is known to the peers within
 * one interval of {@link ReplicatedTable}, 50 ms or 5 ms for each node if that is more.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread.
 *
 * @param <T> what has the counts: pools, or limits of sources
 */
public final class CountTable<T> {
  /** Raising it counts a hung member longer; lowering it drops live ones after lost messages. */
  private static final Duration DROP_AFTER = Duration.ofSeconds(3);

  static final ReplicatedTable.Table LOADS =
      new ReplicatedTable.Table("fairlead.loads", "fairlead.loads.changed", DROP_AFTER);

  static final ReplicatedTable.Table SOURCES =
      new ReplicatedTable.Table("fairlead.leases", "fairlead.leases.sources", DROP_AFTER);

  private final Supplier<List<T>> inForce;
  private final CountRow<T> own;
  private final PeerCounts peers;
  private final ReplicatedTable rows;
  private final TableTimer timer;

  /** What was in force at the last {@link #changed}. */
  private List<T> known = List.of();

  /** This member's counts, and the receivers of the sums of its peers. */
  interface CountRow<T> extends OwnRow {
    void follow(List<T> inForce);

    /** Where the sum of the peers' counts of {@code key} goes; null = not in force here. */
    @Nullable Receiver receiver(String key);
  }

  /** Sessions of backends; the sums go to {@link dev.fairlead.pool.Backend#othersActive}. */
  public static CountTable<Pool> ofBackends(RowContext context, Supplier<List<Pool>> pools) {
    return new CountTable<>(context, LOADS, pools, new LoadRow());
  }

  /**
   * Connections of source addresses; the sums go to {@link SourceLimit#others}. Their map has the
   * leases too, under other keys: rows are read by member id only.
   */
  public static CountTable<SourceLimit> ofSources(
      RowContext context, Supplier<List<SourceLimit>> limits) {
    return new CountTable<>(context, SOURCES, limits, new SourceRow());
  }

  private CountTable(
      RowContext context, ReplicatedTable.Table table, Supplier<List<T>> inForce, CountRow<T> own) {
    this.inForce = inForce;
    this.timer = context.timer();
    this.own = own;
    this.peers = new PeerCounts(own::receiver);
    this.rows = new ReplicatedTable(context, table, new FollowingRow(), peers);
  }

  /** Shares this member's counts; succeeds when the peers' were read, as far as possible. */
  public Future<Void> start() {
    follow(inForce.get());
    return rows.start();
  }

  public Future<Void> stop() {
    return rows.stop();
  }

  /** To be called after a change of configuration: hands the peers' sums to what is new. */
  public void changed() {
    rows.run(() -> follow(inForce.get()));
    timer.wake();
  }

  /** The peers' counts above zero by key and member; does not complete before the start. */
  public Future<Map<String, Map<String, Integer>>> peers(Collection<String> keys) {
    Promise<Map<String, Map<String, Integer>>> counts = Promise.promise();
    rows.run(
        () ->
            counts.complete(keys.stream().collect(Collectors.toMap(key -> key, peers::byMember))));
    return counts.future();
  }

  /** Must receive the changes of nodes. */
  public ReplicatedTable rows() {
    return rows;
  }

  /** Seconds since the oldest peer row in use was renewed; 0 without one. */
  public double viewAgeSeconds() {
    return rows.ageSeconds();
  }

  /** How many peers are in the view. */
  public int viewSize() {
    return rows.peersInUse();
  }

  private void follow(List<T> now) {
    known = List.copyOf(now);
    own.follow(known);
    peers.follow();
  }

  /** The own row, of what is in force even if {@link #changed} was not called. */
  private final class FollowingRow implements OwnRow {
    @Override
    public JsonObject whole() {
      return own.whole();
    }

    @Override
    public JsonObject changes() {
      List<T> now = inForce.get();
      if (!now.equals(known)) {
        follow(now);
      }
      return own.changes();
    }
  }
}
