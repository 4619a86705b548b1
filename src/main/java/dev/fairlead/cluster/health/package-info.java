/**
 * Health verdicts shared by rows (map {@code fairlead.health}), and which members probe which
 * backend.
 */
package dev.fairlead.cluster.health;
