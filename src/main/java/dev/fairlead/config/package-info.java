/**
 * The configuration as immutable records, each default beside its key, and the values in them. Any
 * thread; imports nothing from the rest of Fairlead.
 */
@NullMarked
package dev.fairlead.config;

import org.jspecify.annotations.NullMarked;
