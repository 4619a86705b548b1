package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;

/** Is told of the other members' rows. Called on the cluster's context only; must not block. */
public interface RowListener {

  /**
   * A row is there, or differs from before.
   *
   * @param fields those that changed, all of them when the row is new; a field that is gone is null
   */
  void changed(String member, JsonObject fields);

  /** A row that was there is not there any more. */
  void gone(String member);

  /** A second is over; rows that nobody renewed are gone by now. */
  void second();
}
