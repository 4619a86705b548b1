/**
 * Cluster-wide limits as leases of permits: map {@code fairlead.leases} (shared with the counts of
 * sources, which use other keys), address {@code fairlead.leases.changed}. On the cluster's
 * context.
 */
@NullMarked
package dev.fairlead.cluster.lease;

import org.jspecify.annotations.NullMarked;
