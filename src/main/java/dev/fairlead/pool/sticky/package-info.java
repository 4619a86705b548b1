/** Which backend a source address keeps, and what of that is still to be told to the peers. */
@NullMarked
package dev.fairlead.pool.sticky;

import org.jspecify.annotations.NullMarked;
