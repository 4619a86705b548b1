package dev.fairlead.cluster;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
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
  static final SharedRows.Table TABLE =
      new SharedRows.Table("fairlead.loads", "fairlead.loads.changed", Duration.ofSeconds(3));

  private final Supplier<List<Pool>> pools;
  private final LoadRow own = new LoadRow();
  private final LoadSums others = new LoadSums();
  private final SharedRows rows;

  /** Those that row and sums know. */
  private List<Pool> known = List.of();

  /** {@code pools} gives those in force; it is asked often, and must return at once. */
  public LoadTable(RowPlace place, Supplier<List<Pool>> pools) {
    this.pools = pools;
    this.rows = new SharedRows(place, TABLE, new CurrentRow(), others);
  }

  /**
   * Shares this member's counts from now on. Succeeds when the others' are known, as far as they
   * can be read.
   */
  public Future<Void> start() {
    follow();
    return rows.start();
  }

  /** Takes this member's counts away. Never fails. */
  public Future<Void> stop() {
    return rows.stop();
  }

  /** To be called after a change of configuration, so that new backends know the others' counts. */
  public void poolsChanged() {
    rows.run(this::follow);
  }

  /** Must hear who comes and goes. */
  public ClusterNode.Listener nodes() {
    return rows;
  }

  /** How long the row has not been renewed that waits the longest, 0 without others. */
  public double viewAgeSeconds() {
    return rows.ageSeconds();
  }

  SharedRows rows() {
    return rows;
  }

  private void follow() {
    List<Pool> now = pools.get();
    if (!now.equals(known)) {
      own.pools(now);
      others.pools(now);
      known = now;
    }
  }

  /** The own row, of the pools in force even if nobody said that they changed. */
  private final class CurrentRow implements SharedRow {
    @Override
    public JsonObject whole() {
      return own.whole();
    }

    @Override
    public JsonObject changes() {
      follow();
      return own.changes();
    }
  }
}
