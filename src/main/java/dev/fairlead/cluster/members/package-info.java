/**
 * The members of the cluster: their rows and names (map and rows {@code fairlead.members}, address
 * {@code fairlead.members.changed}), and the events they publish ({@code fairlead.events}, {@code
 * fairlead.metrics.report}). On the cluster's context; snapshots for any thread.
 */
@NullMarked
package dev.fairlead.cluster.members;

import org.jspecify.annotations.NullMarked;
