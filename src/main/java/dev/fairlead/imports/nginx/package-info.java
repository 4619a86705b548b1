/** Reads configurations of nginx and turns their {@code stream} block into ours. */
@NullMarked
package dev.fairlead.imports.nginx;

import org.jspecify.annotations.NullMarked;
