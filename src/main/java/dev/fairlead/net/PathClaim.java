package dev.fairlead.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reserves the path of a Unix socket among the processes that do the same, until it is closed: two
 * members on one machine cannot both prepare it, nor take each other's file for a stale one. This
 * is a lock on the file {@code PATH.lock}, which ends with the process; the file stays, because
 * removing it could leave two processes with a lock each. Locking does not wait; any thread.
 */
public final class PathClaim implements Closeable {
  /** Locks belong to the process: a second channel to a locked file would end its lock. */
  private static final Map<Path, Lock> HELD = new HashMap<>();

  private final Path path;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** One for all claims of this process to a path. */
  private static final class Lock {
    private final FileChannel channel;
    private int claims;

    private Lock(FileChannel channel) {
      this.channel = channel;
    }
  }

  private PathClaim(Path path) {
    this.path = path;
  }

  /**
   * Claims {@code named}, which this process may have claimed already, by another name too.
   *
   * @throws IOException when another process has it, or there can be no file beside it
   */
  public static PathClaim of(Path named) throws IOException {
    // By its real directory: a lock through a second name would be a second channel.
    Path parent = named.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("a directory");
    }
    Path path = parent.toRealPath().resolve(named.getFileName());
    synchronized (HELD) {
      Lock held = HELD.get(path);
      if (held == null) {
        held = new Lock(locked(path.resolveSibling(path.getFileName() + ".lock")));
        HELD.put(path, held);
      }
      held.claims++;
      return new PathClaim(path);
    }
  }

  private static FileChannel locked(Path file) throws IOException {
    // For reading too: to open a pipe only for writing waits for its reader.
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException byAnotherName) {
      // Refused as that of another process.
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new BindException("Address already in use, " + file + " is locked");
  }

  @Override
  public void close() throws IOException {
    if (closed.getAndSet(true)) {
      return;
    }
    synchronized (HELD) {
      Lock held = HELD.get(path);
      if (held != null && --held.claims == 0) {
        HELD.remove(path);
        held.channel.close();
      }
    }
  }
}
