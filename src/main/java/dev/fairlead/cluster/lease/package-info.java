/** Cluster-wide limits: leases of permits in the map {@code fairlead.leases}. */
package dev.fairlead.cluster.lease;
