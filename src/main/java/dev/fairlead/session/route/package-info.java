/**
 * Where the clients of a listener go: the look-up of its routes, and what is at the end of one.
 * Immutable; made on workers when a configuration comes in force, used on every event loop.
 */
@NullMarked
package dev.fairlead.session.route;

import org.jspecify.annotations.NullMarked;
