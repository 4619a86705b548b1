/** Pools, their backends, and how a backend is chosen, counted and found. */
package dev.fairlead.pool;
