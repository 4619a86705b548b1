/** How a pool chooses: one algorithm a class, built over the backends that take new sessions. */
package dev.fairlead.pool.balance;
