package dev.fairlead.cluster;

import io.vertx.core.json.JsonObject;

/** This member's own row of a shared table. Called on the cluster's context only. */
interface SharedRow {

  /** All fields, as they were when {@link #changes} was last asked; none is null. */
  JsonObject whole();

  /** The fields that changed since this was last asked; a field that is gone is null. */
  JsonObject changes();
}
