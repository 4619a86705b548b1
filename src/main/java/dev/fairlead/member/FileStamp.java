package dev.fairlead.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * Whether a file may have changed since the last look, without reading it. A file that changed less
 * than {@link #SETTLED} ago counts as changed: by the resolution of its times it may change again
 * and look the same. One thread at a time.
 */
final class FileStamp {
  /** Above the resolution of the times of any file system; raising it reads more after a change. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /** The kernel sets the time of the status at each change; nobody else can. */
  private static final String ATTRIBUTES = "unix:ctime,size,ino,dev";

  private static final String CHANGE_TIME = "ctime";

  private final Path file;
  private final InstantSource clock;
  private Map<String, Object> seen = Map.of();
  private boolean isSettled;

  FileStamp(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /** True at the first look, and always where the system does not tell. May block. */
  boolean mayHaveChanged() {
    Map<String, Object> now = attributes();
    boolean same = isSettled && now.equals(seen);
    seen = now;
    isSettled =
        now.get(CHANGE_TIME) instanceof FileTime changed
            && changed.toInstant().plus(SETTLED).isBefore(clock.instant());
    return !same;
  }

  /** None of a file that is not there: it may be read at any moment. */
  private Map<String, Object> attributes() {
    try {
      return Files.readAttributes(file, ATTRIBUTES);
    } catch (IOException | UnsupportedOperationException e) {
      return Map.of();
    }
  }
}
