/**
 * Reads and writes configuration texts: YAML, JSON and TOML to and from a tree that knows its
 * lines.
 */
package dev.fairlead.config.text;
