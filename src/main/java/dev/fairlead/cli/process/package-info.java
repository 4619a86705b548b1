/** What the process of a member does besides: signals, the service manager, the end of its log. */
@NullMarked
package dev.fairlead.cli.process;

import org.jspecify.annotations.NullMarked;
