package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;
import java.util.ArrayList;
import java.util.List;

/**
 * The revisions this member has had in force, the newest first and not more than the cluster's
 * history has: what outlives a restart of all members. On the cluster's context.
 */
public final class RevisionLog {
  private final List<Revision> revisions;

  /**
   * @param revisions from before, the newest first
   */
  public RevisionLog(List<Revision> revisions) {
    this.revisions = new ArrayList<>(revisions);
  }

  /** Null = none. */
  Revision newest() {
    return revisions.isEmpty() ? null : revisions.get(0);
  }

  public void add(Revision revision) {
    revisions.removeIf(each -> each.id().equals(revision.id()));
    revisions.add(0, revision);
    while (revisions.size() > ConfigStore.KEPT) {
      revisions.remove(revisions.size() - 1);
    }
  }

  /** The newest first. */
  public List<Revision> all() {
    return List.copyOf(revisions);
  }
}
