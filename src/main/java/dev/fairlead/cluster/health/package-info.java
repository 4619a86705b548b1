/**
 * Health verdicts shared as rows, and the choice of the members that probe each backend: map {@code
 * fairlead.health}, address {@code fairlead.health.changed}. On the cluster's context; probes
 * themselves run elsewhere ({@link HealthListener}).
 */
@NullMarked
package dev.fairlead.cluster.health;

import org.jspecify.annotations.NullMarked;
