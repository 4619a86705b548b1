/** Where the lines of the logs go: stdout, files that rotate, and syslog. */
@NullMarked
package dev.fairlead.observe.sink;

import org.jspecify.annotations.NullMarked;
