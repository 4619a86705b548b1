package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;

/** This member's own row of a {@link ReplicatedTable}. Called on the cluster's context only. */
public interface OwnRow {

  /** All fields as of the last call of {@link #changes}; none is null. */
  JsonObject whole();

  /** The fields that changed since the last call; a removed field is null. */
  JsonObject changes();
}
