package dev.fairlead.member.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that no change of a file is missed and an unchanged one is not read. Provoked by changes
 * that keep size and time. A failure would be a configuration that is not taken over.
 */
class FileStampTest {
  @TempDir Path directory;
  private Path file;
  private Instant now = Instant.now().plusSeconds(60);
  private FileStamp stamp;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(directory.resolve("f.yaml"), "one");
    stamp = new FileStamp(file, () -> now);
  }

  @Test
  void unchangedFileIsReadOnce() {
    assertThat(stamp.mayHaveChanged()).isTrue();
    assertThat(stamp.mayHaveChanged()).isFalse();
    assertThat(stamp.mayHaveChanged()).isFalse();
  }

  @Test
  void changeThatKeepsSizeAndTimeIsNoticed() throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    assertThat(stamp.mayHaveChanged()).isTrue();
    Path other = Files.writeString(directory.resolve("other"), "two");
    Files.setLastModifiedTime(other, modified);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(stamp.mayHaveChanged()).isTrue();
    assertThat(stamp.mayHaveChanged()).isFalse();
  }

  @Test
  void fileThatHasJustChangedIsReadAgain() {
    now = Instant.now();
    assertThat(stamp.mayHaveChanged()).isTrue();
    assertThat(stamp.mayHaveChanged()).isTrue();
    now = now.plusSeconds(60);
    assertThat(stamp.mayHaveChanged()).isTrue();
    assertThat(stamp.mayHaveChanged()).isFalse();
  }

  @Test
  void missingFileMayAppearAtAnyMoment() throws IOException {
    Files.delete(file);
    assertThat(stamp.mayHaveChanged()).isTrue();
    assertThat(stamp.mayHaveChanged()).isTrue();
  }
}
