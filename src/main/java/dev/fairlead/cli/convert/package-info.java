/** The commands that need no member: importing other configurations, printing the schema. */
@NullMarked
package dev.fairlead.cli.convert;

import org.jspecify.annotations.NullMarked;
