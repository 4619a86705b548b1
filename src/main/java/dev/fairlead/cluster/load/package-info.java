/**
 * Connection counts of backends and sources, shared by rows: maps {@code fairlead.loads} and {@code
 * fairlead.sources}.
 */
package dev.fairlead.cluster.load;
