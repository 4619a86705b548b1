package dev.fairlead.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a file may have changed since the last look, without reading it. A file that changed less
 * than {@link #SETTLED} ago counts as changed: by the resolution of its times it may change again
 * and look the same. One thread at a time.
 */
final class FileStamp {
  /** Above the resolution of the times of any file system; raising it reads more after a change. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /** Which file it is, and its size and time. */
  private record LastLook(@Nullable Object key, long size, FileTime modified) {}

  private final Path file;
  private final InstantSource clock;
  private Optional<LastLook> seen = Optional.empty();
  private boolean isSettled;

  FileStamp(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /** True at the first look. May block. */
  boolean mayHaveChanged() {
    Optional<LastLook> now = stamp();
    boolean same = isSettled && now.equals(seen);
    seen = now;
    Instant settled = clock.instant().minus(SETTLED);
    isSettled = now.filter(it -> it.modified.toInstant().isBefore(settled)).isPresent();
    return !same;
  }

  /** Empty for a file that is not there: it may be read at any moment. */
  private Optional<LastLook> stamp() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new LastLook(found.fileKey(), found.size(), found.lastModifiedTime()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
