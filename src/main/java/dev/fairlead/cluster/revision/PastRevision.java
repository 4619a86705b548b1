package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;

/**
 * A revision of the history.
 *
 * @param superseded it was made in a part of a split cluster whose revisions did not win
 */
record PastRevision(Revision revision, boolean superseded) {}
