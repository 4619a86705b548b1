package dev.fairlead.observe.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.AccessLogConfig.Rotation;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a file of lines stays within its size and its period, and that no line is lost on
 * the way. Provoked with a clock, and with files that cannot be moved or written. A failure would
 * look like a full disk, or a log that ends at midnight.
 */
class LogFileTest {
  @TempDir private Path directory;

  private Path path;
  private Instant now = Instant.parse("2026-11-29T23:59:00Z");

  @BeforeEach
  void name() {
    path = directory.resolve("a.log");
  }

  private LogFile open(int bytes, Duration every, int keep) throws IOException {
    return new LogFile("k", path, new Rotation(bytes, every, keep), () -> now);
  }

  private static void write(LogFile file, String... lines) throws IOException {
    for (String line : lines) {
      file.write((line + "\n").getBytes(UTF_8));
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private String content(String name) throws IOException {
    return Files.readString(directory.resolve(name)).replace("\n", " ").strip();
  }

  @Test
  void aFileIsNeverLargerThanItsSizeAndTheOldestGo() throws Exception {
    LogFile file = open(10, Duration.ZERO, 2);
    write(file, "1111", "2222", "3333", "4444", "5555", "6666", "7777");
    assertThat(files()).containsExactly("a.log", "a.log.1", "a.log.2");
    assertThat(content("a.log")).isEqualTo("7777");
    assertThat(content("a.log.1")).isEqualTo("5555 6666");
    assertThat(content("a.log.2")).isEqualTo("3333 4444");
    file.close();
  }

  @Test
  void aBatchAboveTheSizeIsOneFile() throws Exception {
    LogFile file = open(10, Duration.ZERO, 5);
    write(file, "a very long line", "another long line");
    assertThat(content("a.log.1")).isEqualTo("a very long line");
    assertThat(content("a.log")).isEqualTo("another long line");
    file.close();
  }

  @Test
  void aPeriodBeginsANewFile() throws Exception {
    LogFile file = open(0, Duration.ofDays(1), 3);
    write(file, "today");
    now = now.plusSeconds(59);
    write(file, "last");
    now = now.plusSeconds(1);
    write(file, "tomorrow");
    now = now.plus(Duration.ofHours(23));
    write(file, "late");
    assertThat(content("a.log.1")).isEqualTo("today last");
    assertThat(content("a.log")).isEqualTo("tomorrow late");
    file.close();
  }

  @Test
  void aFileOfAnEarlierPeriodAndProcessIsRotated() throws Exception {
    Files.writeString(path, "yesterday\n");
    Files.setLastModifiedTime(path, FileTime.from(now.minus(Duration.ofDays(1))));
    LogFile file = open(0, Duration.ofDays(1), 3);
    write(file, "today");
    assertThat(content("a.log.1")).isEqualTo("yesterday");
    assertThat(content("a.log")).isEqualTo("today");
    file.close();
  }

  @Test
  @Logs("cannot be rotated and grows")
  void aRotationThatCannotBeDoneLosesNoLine(LogWatch log) throws Exception {
    Path taken = Files.createDirectories(directory.resolve("a.log.2").resolve("x")).getParent();
    LogFile file = open(10, Duration.ZERO, 2);
    write(file, "1111", "2222", "3333", "4444", "5555", "6666");
    assertThat(content("a.log.1")).isEqualTo("1111 2222");
    assertThat(content("a.log")).isEqualTo("3333 4444 5555 6666");
    assertThat(log.lines())
        .singleElement()
        .asString()
        .contains(path + " cannot be rotated", taken + " is a directory that is not empty");
    Files.delete(taken.resolve("x"));
    write(file, "7777");
    assertThat(content("a.log")).endsWith("6666 7777");
    now = now.plusSeconds(61);
    write(file, "8888");
    assertThat(content("a.log.2")).isEqualTo("1111 2222");
    assertThat(content("a.log.1")).isEqualTo("3333 4444 5555 6666 7777");
    assertThat(content("a.log")).isEqualTo("8888");
    file.close();
  }

  @Test
  @Logs("cannot be rotated and grows")
  void triesOfARotationDoNotUseUpTheOldFiles(LogWatch log) throws Exception {
    LogFile file = open(10, Duration.ZERO, 4);
    write(file, "1111", "2222", "3333", "4444", "5555", "6666", "7777");
    Files.delete(directory.resolve("a.log"));
    Files.createDirectories(directory.resolve("a.log.4").resolve("x"));
    Files.writeString(path, "8888\n9999\n");
    file.reopen();
    for (int minute = 0; minute < 9; minute++) {
      now = now.plusSeconds(61);
      write(file, "more");
    }
    assertThat(content("a.log.3")).isEqualTo("1111 2222");
    assertThat(content("a.log.2")).isEqualTo("3333 4444");
    assertThat(content("a.log.1")).isEqualTo("5555 6666");
    assertThat(content("a.log")).startsWith("8888 9999 more more");
    assertThat(log.lines()).hasSize(1);
    file.close();
  }

  @Test
  @Logs("cannot be rotated and grows")
  void aPeriodThatCannotBeginIsTriedAgain(LogWatch log) throws Exception {
    Path taken = Files.createDirectories(directory.resolve("a.log.1").resolve("x"));
    LogFile file = open(0, Duration.ofDays(1), 1);
    write(file, "today");
    now = now.plusSeconds(60);
    write(file, "tomorrow");
    Files.delete(taken);
    now = now.plusSeconds(61);
    write(file, "late");
    assertThat(content("a.log.1")).isEqualTo("today tomorrow");
    assertThat(content("a.log")).isEqualTo("late");
    assertThat(log.lines()).isNotEmpty();
    file.close();
  }

  @Test
  void withoutRotationThereIsOneFile() throws Exception {
    LogFile file = new LogFile("k", path);
    write(file, "1", "2");
    now = now.plus(Duration.ofDays(9));
    write(file, "3");
    assertThat(files()).containsExactly("a.log");
    file.close();
  }
}
