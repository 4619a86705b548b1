/**
 * Who is a member: membership, names and events (map {@code fairlead.members}, address {@code
 * fairlead.events}).
 */
package dev.fairlead.cluster.members;
