/** Scripts with which shells complete commands, options and names of the cluster. */
@NullMarked
package dev.fairlead.cli.completion;

import org.jspecify.annotations.NullMarked;
