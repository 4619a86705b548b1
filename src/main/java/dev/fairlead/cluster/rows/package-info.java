/**
 * A replicated table with one row per member: the own row, the peer rows, the shared map that
 * stores whole rows and the messages that announce changes. Each table runs on the cluster's
 * context; map and address are those of its user (cluster.load, cluster.health, cluster.members).
 */
@NullMarked
package dev.fairlead.cluster.rows;

import org.jspecify.annotations.NullMarked;
