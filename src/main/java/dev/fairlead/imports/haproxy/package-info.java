/** Reads configurations of HAProxy and turns their {@code mode tcp} sections into ours. */
@NullMarked
package dev.fairlead.imports.haproxy;

import org.jspecify.annotations.NullMarked;
