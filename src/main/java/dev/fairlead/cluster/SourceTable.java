package dev.fairlead.cluster;

import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.node.ClusterNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
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
 * <p>A change is known to the others within one interval of {@link SharedRows}, 50 ms or 5 ms for
 * each member if that is more.
 *
 * <p>{@link #start} is called on the cluster's context, the other methods on any thread.
 */
public final class SourceTable {
  static final SharedRows.Table TABLE =
      new SharedRows.Table("fairlead.leases", "fairlead.leases.sources", Duration.ofSeconds(3));

  private final Supplier<List<SourceLimit>> limits;
  private final SourceRow own = new SourceRow();
  private final SourceSums others = new SourceSums();
  private final SharedRows rows;

  /** Those that row and sums know. */
  private List<SourceLimit> known = List.of();

  /**
   * {@code limits} gives those of all listeners, each of another one; it is asked often, and must
   * return at once.
   */
  public SourceTable(RowPlace place, Supplier<List<SourceLimit>> limits) {
    this.limits = limits;
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

  /** To be called after a change of configuration, so that new limits know the others' counts. */
  public void limitsChanged() {
    rows.run(
        () -> {
          known = List.copyOf(limits.get());
          own.limits(known);
          others.limits(known);
        });
  }

  /** Must hear who comes and goes. */
  public ClusterNode.Listener nodes() {
    return rows;
  }

  SharedRows rows() {
    return rows;
  }

  private void follow() {
    List<SourceLimit> now = limits.get();
    if (!now.equals(known)) {
      known = List.copyOf(now);
      own.limits(known);
      others.limits(known);
    }
  }

  /** The own row, of the limits in force even if nobody said that they changed. */
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
