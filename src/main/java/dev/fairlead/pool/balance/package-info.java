/**
 * Balancing algorithms, one a class, over the backends that take new sessions. Made by a worker,
 * used by every event loop at once.
 */
@NullMarked
package dev.fairlead.pool.balance;

import org.jspecify.annotations.NullMarked;
