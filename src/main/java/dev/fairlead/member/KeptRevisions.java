package dev.fairlead.member;

import dev.fairlead.member.StateDir.SavedState;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves for the next start which revisions the member has had and which content of its own file the
 * cluster has taken. Methods block: any thread except event loops.
 */
final class KeptRevisions {
  private static final Logger LOG = LoggerFactory.getLogger(KeptRevisions.class);

  private final @Nullable StateDir directory;

  private String fileDigest;
  private List<String> revisions;

  /** Without a directory nothing is saved; {@code revisions} are newest first. */
  KeptRevisions(@Nullable StateDir directory, String fileDigest, List<String> revisions) {
    this.directory = directory;
    this.fileDigest = fileDigest;
    this.revisions = List.copyOf(revisions);
  }

  /** Digest of the file content that the cluster took last or already had. */
  synchronized String fileDigest() {
    return fileDigest;
  }

  /** The cluster has taken this content of the file, or already had it. */
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
      directory.write(new SavedState(fileDigest, revisions));
    } catch (IOException e) {
      LOG.error("the revisions could not be saved: {}", e.getMessage());
    }
  }
}
