package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;
import java.util.ArrayList;
import java.util.List;

/**
 * The revisions this member has had in force, from before its start too, the newest first and no
 * more than the cluster's history has. It survives a restart of all members, and restores what a
 * merge loses of the history. On the cluster's context.
 */
final class RevisionLog {
  private final List<Revision> revisions = new ArrayList<>();

  /** Begins with {@code before}, the newest first. */
  void restore(List<Revision> before) {
    revisions.addAll(before);
  }

  void add(Revision revision) {
    revisions.removeIf(each -> each.id().equals(revision.id()));
    revisions.add(0, revision);
    while (revisions.size() > RevisionHistory.KEPT) {
      revisions.remove(revisions.size() - 1);
    }
  }

  List<Revision> all() {
    return List.copyOf(revisions);
  }
}
