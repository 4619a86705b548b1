/** How the addresses of backends are found. */
package dev.fairlead.pool.discovery;
