/** What members tell each other and any Vert.x application in the cluster: events and commands. */
@NullMarked
package dev.fairlead.event;

import org.jspecify.annotations.NullMarked;
