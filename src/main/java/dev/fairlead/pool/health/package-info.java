/** How a member finds out whether a backend is well. */
package dev.fairlead.pool.health;
