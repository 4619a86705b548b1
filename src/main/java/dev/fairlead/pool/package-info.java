/**
 * Pools and their backends: immutable for each configuration, except for the backends' counts and
 * status and the choice made of them. Read on every event loop; changed by the data path's worker
 * and by the context of the backends' health.
 */
@NullMarked
package dev.fairlead.pool;

import org.jspecify.annotations.NullMarked;
