package dev.fairlead.cluster.load;

import dev.fairlead.cluster.rows.OwnRow;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An own row of the things in force, even if nobody said that they changed. On the cluster's
 * context only.
 */
final class FollowingRow<T> implements OwnRow {
  private final OwnRow own;
  private final Supplier<List<T>> inForce;
  private final Consumer<List<T>> changed;

  /** Those that were told last. */
  private List<T> known = List.of();

  /**
   * @param inForce is asked often, and must return at once
   * @param changed is told what is in force when that is something else
   */
  FollowingRow(OwnRow own, Supplier<List<T>> inForce, Consumer<List<T>> changed) {
    this.own = own;
    this.inForce = inForce;
    this.changed = changed;
  }

  /** Tells what is in force, if it is something else. */
  void follow() {
    List<T> now = inForce.get();
    if (!now.equals(known)) {
      tell(now);
    }
  }

  /** Tells what is in force, which may be the same things and behave otherwise. */
  void followAnew() {
    tell(inForce.get());
  }

  private void tell(List<T> now) {
    known = List.copyOf(now);
    changed.accept(known);
  }

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
