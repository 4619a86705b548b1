package dev.fairlead.cluster.load;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * The live sessions of each backend, of all members: every member owns a row of {@code
 * fairlead.loads}, and what the others have there goes into {@link
 * dev.fairlead.pool.Backend#othersActive}. Rows not renewed for 3 s do not count.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread.
 */
public final class LoadTable {
  static final ReplicatedTable.Table TABLE =
      new ReplicatedTable.Table("fairlead.loads", "fairlead.loads.changed", Duration.ofSeconds(3));

  private final LoadSums others = new LoadSums();
  private final FollowingRow<Pool> row;
  private final ReplicatedTable rows;

  /** {@code pools} gives those in force; it is asked often, and must return at once. */
  public LoadTable(RowContext place, Supplier<List<Pool>> pools) {
    LoadRow own = new LoadRow();
    this.row =
        new FollowingRow<>(
            own,
            pools,
            now -> {
              own.pools(now);
              others.pools(now);
            });
    this.rows = new ReplicatedTable(place, TABLE, row, others);
  }

  /**
   * Shares this member's counts from now on. Succeeds when the others' are known, as far as they
   * can be read.
   */
  public Future<Void> start() {
    row.follow();
    return rows.start();
  }

  /** Takes this member's counts away. Never fails. */
  public Future<Void> stop() {
    return rows.stop();
  }

  /** To be called after a change of configuration, so that new backends know the others' counts. */
  public void poolsChanged() {
    rows.run(row::follow);
  }

  /** Must hear who comes and goes. */
  public ClusterNode.Listener nodes() {
    return rows;
  }

  /** How long the row has not been renewed that waits the longest, 0 without others. */
  public double viewAgeSeconds() {
    return rows.ageSeconds();
  }

  ReplicatedTable rows() {
    return rows;
  }
}
