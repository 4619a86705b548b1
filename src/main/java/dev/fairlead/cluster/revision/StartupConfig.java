package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.Draft.Who;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import java.util.List;

/**
 * What a member brings along: its own file, and what it kept of the revisions before it was
 * stopped.
 *
 * @param format of the file
 * @param text of the file
 * @param keptFileDigest the digest of the file when {@code kept} was written, null = nothing is
 *     kept
 * @param kept the revisions as they were written, the newest first
 */
public record StartupConfig(
    ConfigFormat format, String text, String keptFileDigest, List<String> kept) {

  public StartupConfig {
    kept = List.copyOf(kept);
  }

  /**
   * What this member begins with when the cluster has no revision: what it kept, unless its file
   * was changed since; else its file.
   *
   * @param newestKept null = nothing is kept, or nothing that is to be believed
   */
  Revision first(Revision newestKept, Who who) {
    String digest = Document.of(format, text).digest();
    if (newestKept == null) {
      return file(digest).first(who);
    }
    return digest.equals(keptFileDigest) ? newestKept : file(digest).afterRestart(newestKept, who);
  }

  private Draft file(String digest) {
    return new Draft(format, text, digest, List.of());
  }
}
