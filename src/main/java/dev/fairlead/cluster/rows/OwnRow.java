package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;

/** This member's own row of a shared table. Called on the cluster's context only. */
public interface OwnRow {

  /** All fields, as they were when {@link #changes} was last asked; none is null. */
  JsonObject whole();

  /** The fields that changed since this was last asked; a field that is gone is null. */
  JsonObject changes();
}
