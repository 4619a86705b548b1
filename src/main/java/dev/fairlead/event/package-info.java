/**
 * What members exchange with each other and with Vert.x applications in the cluster: events,
 * published on {@code fairlead.events}, and commands with their bodies and refusals. Immutable
 * records and stateless functions; any thread.
 */
@NullMarked
package dev.fairlead.event;

import org.jspecify.annotations.NullMarked;
