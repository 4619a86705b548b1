/**
 * Binds a tree to the records of {@link dev.fairlead.config}: overrides, variables, value types,
 * rules, and the way back to JSON. Owns no state; loading takes milliseconds for each megabyte, so
 * it runs on workers.
 */
@NullMarked
package dev.fairlead.config.bind;

import org.jspecify.annotations.NullMarked;
