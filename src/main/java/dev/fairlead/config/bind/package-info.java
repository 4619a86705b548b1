/**
 * Binds a tree to the records of {@link dev.fairlead.config}: value types, binders and the
 * validator.
 */
package dev.fairlead.config.bind;
