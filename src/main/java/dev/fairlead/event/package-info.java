/** What members tell each other and any Vert.x application in the cluster: events and commands. */
package dev.fairlead.event;
