/**
 * Live counts of backends (map {@code fairlead.loads}, address {@code fairlead.loads.changed}) and
 * of sources (map {@code fairlead.leases}, address {@code fairlead.leases.sources}), shared as rows
 * of one per member. On the cluster's context.
 */
@NullMarked
package dev.fairlead.cluster.load;

import org.jspecify.annotations.NullMarked;
