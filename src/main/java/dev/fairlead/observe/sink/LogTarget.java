package dev.fairlead.observe.sink;

import dev.fairlead.config.LogDestination;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Where finished log lines go. One thread at a time, which may be blocked for a while. */
@FunctionalInterface
public interface LogTarget {

  /**
   * Writes {@code lines}, each with a line feed; may be empty.
   *
   * @throws LostLinesException if some are lost
   * @throws IOException if all are lost
   */
  void write(byte[] lines) throws IOException;

  /** What the process log calls it. */
  default String name() {
    return "stdout";
  }

  /** Has files opened by their names again, before the next write. Any thread. */
  default void reopen() {}

  /** Releases the target; stdout, which belongs to the process, stays open. */
  default void close() throws IOException {}

  /** The stdout of the process. */
  static LogTarget stdout() {
    return new FileOutputStream(FileDescriptor.out)::write;
  }

  /**
   * Opens {@code to}, which is not off and not stderr. Blocks.
   *
   * @param key of the configuration, for the exception
   * @param msgId the kind of lines, for syslog
   * @param patience how long lines wait for a syslog server that is away
   * @throws IOException if it cannot be used; names the key
   */
  static LogTarget open(String key, LogDestination to, String msgId, Duration patience)
      throws IOException {
    return switch (to.kind()) {
      case STDOUT -> stdout();
      case FILE -> new LogFile(key, Path.of(to.place()));
      case SYSLOG_UDP, SYSLOG_TCP, SYSLOG_UNIX -> Syslog.to(key, to, msgId, patience);
      case OFF, STDERR -> throw new IllegalArgumentException(to.toString());
    };
  }
}
