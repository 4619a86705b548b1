package dev.fairlead.member.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.member.file.StateDir.SavedState;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a member whose state directory fails says so once, and saves when it works again.
 * Provoked by a file in the place of the directory, or of the file that is written. A failure would
 * look like a line for each push, or a revision that is missing after a restart of all members.
 */
@Logs("ERROR KeptRevisions - revisions can't be saved, a restart of the whole cluster would begin")
class KeptRevisionsTest {
  @TempDir private Path parent;

  private StateDir directory() {
    return new StateDir(parent.resolve("state"));
  }

  private KeptRevisions kept() {
    return new KeptRevisions(directory(), "digest", List.of());
  }

  @Test
  void problemIsToldOnceAndWhatWasNotSavedIsSavedLater(LogWatch logged) throws IOException {
    Path inTheWay = Files.createFile(parent.resolve("state"));
    KeptRevisions kept = kept();
    kept.revisions(List.of("{}"));
    kept.revisions(List.of("{}", "{}"));
    assertThat(kept.retry()).isFalse();
    assertThat(logged.lines())
        .singleElement()
        .asString()
        .endsWith(" (expected: a directory, or one that can be made: something else is there)");
    Files.delete(inTheWay);
    assertThat(kept.retry()).isTrue();
    assertThat(directory().read()).hasValue(new SavedState("digest", List.of("{}", "{}")));
  }

  @Test
  void anotherProblemIsAnotherLine(LogWatch logged) throws IOException {
    Path inTheWay = Files.createFile(parent.resolve("state"));
    KeptRevisions kept = kept();
    kept.revisions(List.of("{}"));
    Files.delete(inTheWay);
    // A disk that is always full.
    Files.createDirectory(inTheWay);
    Files.createSymbolicLink(inTheWay.resolve("revisions.json.new"), Path.of("/dev/full"));
    kept.retry();
    kept.retry();
    assertThat(logged.lines()).hasSize(2).last().asString().contains("No space left on device");
  }

  @Test
  void problemThatComesBackIsToldAgain(LogWatch logged) throws IOException {
    KeptRevisions kept = kept();
    for (int i = 0; i < 2; i++) {
      Path inTheWay = Files.createFile(parent.resolve("state"));
      kept.revisions(List.of("{}"));
      Files.delete(inTheWay);
      kept.retry();
      Files.delete(inTheWay.resolve("revisions.json"));
      Files.delete(inTheWay);
    }
    assertThat(logged.lines()).hasSize(2);
  }
}
