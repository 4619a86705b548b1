package dev.fairlead.cluster.revision;

import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What is to become the next revision.
 *
 * @param fileDigest as {@link Revision#fileDigest} will be
 * @param settings as {@link Revision#settings} will be
 */
public record Draft(
    ConfigFormat format, String text, String fileDigest, List<BackendSetting> settings) {

  /** What {@code revision} says already. */
  static Draft of(Revision revision) {
    return new Draft(
        revision.format(), revision.text(), revision.fileDigest(), revision.settings());
  }

  /**
   * The first revision, of the member that begins. Its id says what is in it, so that members which
   * begin alone with one file have one revision when they meet.
   */
  public Revision first(Who who) {
    return new Revision(
        1, idOfFile(1), "", now(), who.author(), who.from(), format, text, fileDigest, settings);
  }

  /**
   * The revision after {@code current}.
   *
   * @param id of the push
   */
  Revision after(Revision current, String id, Who who) {
    return new Revision(
        current.revision() + 1,
        id,
        current.id(),
        now(),
        who.author(),
        who.from(),
        format,
        text,
        fileDigest,
        settings);
  }

  /** The revision after {@code kept}, of the member that begins with a changed file. */
  Revision afterRestart(Revision kept, Who who) {
    return after(kept, idOfFile(kept.revision() + 1), who);
  }

  private String idOfFile(long number) {
    return number + "-" + fileDigest;
  }

  /** Who asks for a change, and where it came from. */
  public record Who(String author, String from) {}

  /** Whether it says the same as {@code revision}, in whatever layout. */
  boolean isSameAs(Revision revision) {
    return digest(format, text).equals(digest(revision.format(), revision.text()));
  }

  private static String digest(ConfigFormat format, String text) {
    return Document.of(format, text).digest();
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
