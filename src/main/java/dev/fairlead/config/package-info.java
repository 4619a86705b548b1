/**
 * The configuration: records, the loader that reads them from YAML, JSON or TOML, and the
 * validator. Pure data; imports nothing of the rest of Fairlead.
 */
package dev.fairlead.config;
