package dev.fairlead.member.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.fairlead.member.file.StateDir.SavedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that what was written is read again, and that a directory which cannot be used is named
 * with what was expected. Provoked with files that are broken or in the way. A failure would look
 * like a cluster that begins with an old configuration.
 */
class StateDirTest {
  private static final SavedState STATE =
      new SavedState("d1", List.of("{\"revision\": 2, \"text\": \"a\\n\u00e4\"}", "opaque"));

  @TempDir Path temp;
  private Path directory;
  private StateDir stateDir;

  @BeforeEach
  void choose() {
    directory = temp.resolve("var/state");
    stateDir = new StateDir(directory);
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    stateDir.write(STATE);
    assertThat(stateDir.read()).contains(STATE);
    assertThat(new StateDir(directory).read()).contains(STATE);
  }

  @Test
  void writingReplacesWhatWasThereAndLeavesNothingElse() throws IOException {
    stateDir.write(new SavedState("older", List.of("a long revision".repeat(1000))));
    stateDir.write(STATE);
    assertThat(stateDir.read()).contains(STATE);
    assertThat(directory).isDirectoryContaining("glob:**revisions.json");
    assertThat(directory.toFile().list()).hasSize(1);
  }

  @Test
  void isEmptyAtFirstAndMakesTheDirectory() throws IOException {
    assertThat(stateDir.read()).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatACrashLeftOfAWriteIsPassedOver() throws IOException {
    stateDir.write(STATE);
    Files.writeString(directory.resolve("revisions.json.new"), "{\"ownFil");
    assertThat(stateDir.read()).contains(STATE);
    stateDir.write(STATE);
    assertThat(stateDir.read()).contains(STATE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"ownFileDigest\": \"d\"}",
        "{\"ownFileDigest\": \"d\", \"revisions\": {}}",
        "{\"ownFileDigest\": \"d\", \"revisions\": [1]}",
        "{\"ownFileDigest\": \"d\", \"revisions\": [null]}",
        "{\"revisions\": []}",
        "{\"ownFileDigest\": 1, \"revisions\": []}",
        "{\"ownFileDigest\": \"d\", \"revisions\": []}}",
      })
  void brokenFileIsToldAndKept(String text) throws IOException {
    Files.createDirectories(directory);
    Path file = Files.writeString(directory.resolve("revisions.json"), text);
    assertThatIOException()
        .isThrownBy(stateDir::read)
        .withMessageStartingWith("node.stateDir: " + file + " (expected: revisions that");
    assertThat(file).hasContent(text);
  }

  @Test
  void fileThatIsNotUtf8IsToldAndKept() throws IOException {
    Files.createDirectories(directory);
    Path file = Files.write(directory.resolve("revisions.json"), new byte[] {'"', (byte) 0xff});
    assertThatIOException()
        .isThrownBy(stateDir::read)
        .withMessageStartingWith("node.stateDir: " + file + " (expected: ");
    assertThat(file).hasBinaryContent(new byte[] {'"', (byte) 0xff});
  }

  @Test
  void somethingElseInItsPlaceIsTold() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    String start = "node.stateDir: " + file + " (expected: a directory, or one that can be made";
    assertThatIOException().isThrownBy(new StateDir(file)::read).withMessageStartingWith(start);
    assertThatIOException()
        .isThrownBy(() -> new StateDir(file).write(STATE))
        .withMessageStartingWith(start);
  }

  @Test
  void directoryInPlaceOfTheFileIsTold() throws IOException {
    Path file = Files.createDirectories(directory.resolve("revisions.json"));
    assertThatIOException()
        .isThrownBy(stateDir::read)
        .withMessageStartingWith("node.stateDir: " + file + " (expected: a file that can be read");
  }
}
