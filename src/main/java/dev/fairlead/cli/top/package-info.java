/** The full screen of {@code top}: what the cluster says, what is shown of it, and the keys. */
@NullMarked
package dev.fairlead.cli.top;

import org.jspecify.annotations.NullMarked;
