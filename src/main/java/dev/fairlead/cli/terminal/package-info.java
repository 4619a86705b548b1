/**
 * What commands print: tables, colours and units for people, the same without them for programs.
 */
@NullMarked
package dev.fairlead.cli.terminal;

import org.jspecify.annotations.NullMarked;
