package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;

/**
 * What stands in the shared map as the newest revision.
 *
 * @param value as it stands there, null = nothing
 * @param revision what it says, null = nothing that this member believes
 */
public record StoredRevision(String value, Revision revision) {}
