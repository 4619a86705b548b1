/** The HTTP client of a member's admin listener, and what it says when that refuses. */
@NullMarked
package dev.fairlead.cli.client;

import org.jspecify.annotations.NullMarked;
