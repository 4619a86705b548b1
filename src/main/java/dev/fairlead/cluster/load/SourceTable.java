package dev.fairlead.cluster.load;

import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * The live connections of source addresses, of all members: every member owns a row of {@code
 * fairlead.leases} with its sources that have a quarter of their listener's limit or more, at most
 * 1,000 of a listener, and what the others have there goes into {@link SourceLimit#others}. Rows
 * not renewed for 3 s do not count. Other things in that map are no rows: a row is only looked for
 * by the id of a member.
 *
 * <p>A change is known to the others within one interval of {@link ReplicatedTable}, 50 ms or 5 ms
 * for each member if that is more.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread.
 */
public final class SourceTable {
  static final ReplicatedTable.Table TABLE =
      new ReplicatedTable.Table(
          "fairlead.leases", "fairlead.leases.sources", Duration.ofSeconds(3));

  private final SourceSums others = new SourceSums();
  private final FollowingRow<SourceLimit> row;
  private final ReplicatedTable rows;

  /**
   * {@code limits} gives those of all listeners, each of another one; it is asked often, and must
   * return at once.
   */
  public SourceTable(RowContext place, Supplier<List<SourceLimit>> limits) {
    SourceRow own = new SourceRow();
    this.row =
        new FollowingRow<>(
            own,
            limits,
            now -> {
              own.limits(now);
              others.limits(now);
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

  /** To be called after a change of configuration, so that new limits know the others' counts. */
  public void limitsChanged() {
    rows.run(row::followAnew);
  }

  /** Must hear who comes and goes. */
  public ClusterNode.Listener nodes() {
    return rows;
  }

  ReplicatedTable rows() {
    return rows;
  }
}
