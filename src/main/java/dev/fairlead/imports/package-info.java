/**
 * Turns configurations of HAProxy and nginx into one of Fairlead. What has no counterpart becomes a
 * comment at its place: {@link dev.fairlead.imports.Statement} keeps account of what was used.
 */
@NullMarked
package dev.fairlead.imports;

import org.jspecify.annotations.NullMarked;
