package dev.fairlead.member.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a file may have changed since the last look, without reading it. A file that changed less
 * than {@link #SETTLED} ago counts as changed: by the resolution of its times it may change again
 * and look the same. One thread at a time.
 */
public final class FileStamp {
  /** Above the resolution of the times of any file system; raising it reads more after a change. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /** Which file it is, and its size and time. */
  private record LastLook(@Nullable Object key, long size, FileTime modified) {
    /** As equals, which costs as much as the look while it is not compiled. */
    private boolean isSame(LastLook other) {
      return size == other.size
          && modified.equals(other.modified)
          && Objects.equals(key, other.key);
    }
  }

  private final Path file;
  private final InstantSource clock;
  private @Nullable LastLook seen;
  private boolean isSettled;

  public FileStamp(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /** True at the first look. May block. */
  public boolean mayHaveChanged() {
    LastLook before = seen;
    LastLook now = stamp();
    if (isSettled && now != null && before != null && now.isSame(before)) {
      return false;
    }
    seen = now;
    isSettled = now != null && now.modified.toInstant().isBefore(clock.instant().minus(SETTLED));
    return true;
  }

  /** Null for a file that is not there: it may be read at any moment. */
  private @Nullable LastLook stamp() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new LastLook(found.fileKey(), found.size(), found.lastModifiedTime());
    } catch (IOException e) {
      return null;
    }
  }
}
