/**
 * Configuration texts: YAML, JSON and TOML read into trees that know their lines, written back,
 * compared and hashed. Owns no state; parsing and file access block, so they run on workers.
 */
@NullMarked
package dev.fairlead.config.text;

import org.jspecify.annotations.NullMarked;
