/** Which sessions of a pool are ended so that each backend holds its share; pure decisions. */
@NullMarked
package dev.fairlead.pool.rebalance;

import org.jspecify.annotations.NullMarked;
