package dev.fairlead.cluster;

import dev.fairlead.config.Revision;

/**
 * What stands in the shared map as the newest revision.
 *
 * @param value as it stands there, null = nothing
 * @param revision what it says, null = nothing that this member believes
 */
record Stored(String value, Revision revision) {}
