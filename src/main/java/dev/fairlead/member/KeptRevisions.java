package dev.fairlead.member;

import dev.fairlead.member.StateDir.State;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member keeps for the next start: the revisions it has had, and which of its file's texts
 * the cluster has taken. Methods block; any thread.
 */
final class KeptRevisions {
  private static final Logger LOG = LoggerFactory.getLogger(KeptRevisions.class);

  /** Null = nothing is kept. */
  private final StateDir directory;

  private String fileDigest;
  private List<String> revisions;

  /**
   * @param directory null = nothing is kept
   * @param fileDigest of the file as the cluster took it last
   * @param revisions what was kept before, the newest first
   */
  KeptRevisions(StateDir directory, String fileDigest, List<String> revisions) {
    this.directory = directory;
    this.fileDigest = fileDigest;
    this.revisions = List.copyOf(revisions);
  }

  /** The digest of the file as the cluster last took it, or had it already. */
  synchronized String fileDigest() {
    return fileDigest;
  }

  /** The cluster has taken the file, or had it already. */
  synchronized void fileTaken(String digest) {
    if (!digest.equals(fileDigest)) {
      fileDigest = digest;
      write();
    }
  }

  synchronized void revisions(List<String> newestFirst) {
    revisions = List.copyOf(newestFirst);
    write();
  }

  private void write() {
    if (directory == null) {
      return;
    }
    try {
      directory.write(new State(fileDigest, revisions));
    } catch (IOException e) {
      LOG.error("the revisions are not kept: {}", e.getMessage());
    }
  }
}
