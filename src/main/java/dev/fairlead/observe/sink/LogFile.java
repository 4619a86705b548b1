package dev.fairlead.observe.sink;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.fairlead.config.NodeConfig.AccessLogConfig.Rotation;
import dev.fairlead.config.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends lines to a file. After a failed write the file is reopened by its name before the next
 * one, so logging recovers when the cause (disk, directory or file) is gone. With a {@link
 * Rotation} the file begins anew before a write that would make it too large, and before the first
 * one of a period: {@code a.log} becomes {@code a.log.1}, that {@code a.log.2}, and so on. While
 * that cannot be done, which the process log says, lines are appended to the file as it is. One
 * thread, except {@link #reopen}.
 */
public final class LogFile implements LogTarget {
  /** Of {@code st_mode}, see inode(7). */
  private static final int FILE_TYPE = 0170000;

  private static final int FIFO = 0010000;
  private static final String NO_DIRECTORY = "no such directory";

  /**
   * Lowering it rotates sooner once that can be done, at the expense of more lines that it cannot.
   */
  private static final Duration RETRY_ROTATION = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

  private final Path path;
  private final @Nullable Rotation rotation;
  private final InstantSource clock;
  private volatile boolean reopenAsked;

  /** Null = opened before the next write. */
  private @Nullable FileChannel channel;

  /** The end of the period of the open file, of a rotation by time. */
  private Instant periodEnd = Instant.MAX;

  /** When a rotation that failed is tried again. */
  private Instant nextRotation = Instant.MIN;

  /** Why the last rotation failed, which was told; null = it did not. */
  private @Nullable String rotationProblem;

  /** As the other, for a file that is not rotated. */
  public LogFile(String key, Path path) throws IOException {
    this(key, path, null, InstantSource.system());
  }

  /**
   * Opens {@code path} at once, unless it is a FIFO: that would wait for a reader. An IOException
   * names the configuration's {@code key}.
   */
  public LogFile(String key, Path path, @Nullable Rotation rotation, InstantSource clock)
      throws IOException {
    this.path = path;
    this.clock = clock;
    try {
      boolean fifo = isFifo(path);
      this.rotation = fifo ? null : rotation;
      if (!fifo) {
        open();
      } else if (!Files.isWritable(path)) {
        throw new AccessDeniedException(path.toString());
      }
    } catch (IOException e) {
      throw new IOException(key + ": " + Problem.expected(path.toString(), expected(reason(e))), e);
    }
  }

  /** Why a file cannot be written, as an expectation; empty = it can. Creates nothing. */
  public static Optional<String> unusable(Path path) {
    Path directory = path.toAbsolutePath().getParent();
    if (Files.exists(path) || directory == null) {
      return refusal(path, Files.isDirectory(path) ? "it is a directory" : "");
    }
    String wrong =
        Files.exists(directory)
            ? Files.isDirectory(directory) ? "" : "not a directory"
            : NO_DIRECTORY;
    return refusal(directory, wrong);
  }

  private static Optional<String> refusal(Path path, String wrong) {
    String why = wrong.isEmpty() && !Files.isWritable(path) ? "permission denied" : wrong;
    return why.isEmpty() ? Optional.empty() : Optional.of(expected(why));
  }

  private static String expected(String why) {
    return "a file that can be written, but: " + why;
  }

  /** The file is created, so what is missing is its directory. */
  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? NO_DIRECTORY : Problem.reason(e);
  }

  private static boolean isFifo(Path path) {
    try {
      return ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == FIFO;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // It does not exist yet, or there are no FIFOs here.
    }
  }

  @Override
  public void reopen() {
    reopenAsked = true;
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public void write(byte[] lines) throws IOException {
    if (reopenAsked) {
      reopenAsked = false;
      close();
    }
    FileChannel open = open();
    long end = open.size();
    if (isDue(end, lines.length)) {
      tryToRotate();
      open = open();
      end = open.size();
    }
    try {
      append(open, ByteBuffer.wrap(lines));
    } catch (IOException e) {
      giveUp(open, end, e);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      FileChannel open = channel;
      channel = null;
      open.close();
    }
  }

  private FileChannel open() throws IOException {
    if (channel == null) {
      channel = FileChannel.open(path, WRITE, CREATE, APPEND);
      periodEnd = endOfPeriod(channel.size());
    }
    return channel;
  }

  /** Of what is in the file already, by its last write; else of now. */
  private Instant endOfPeriod(long size) throws IOException {
    if (rotation == null || rotation.every().isZero()) {
      return Instant.MAX;
    }
    long begun = size == 0 ? clock.millis() : Files.getLastModifiedTime(path).toMillis();
    long period = rotation.every().toMillis();
    return Instant.ofEpochMilli((Math.floorDiv(begun, period) + 1) * period);
  }

  private boolean isDue(long size, int more) {
    if (rotation == null || more == 0) {
      return false;
    }
    Instant now = clock.instant();
    boolean full = rotation.bytes() > 0 && size > 0 && size + more > rotation.bytes();
    return (full || !now.isBefore(periodEnd)) && !now.isBefore(nextRotation);
  }

  private void tryToRotate() throws IOException {
    Instant due = periodEnd;
    close();
    try {
      rotate();
      if (rotationProblem != null) {
        rotationProblem = null;
        LOG.info("{} is rotated again", path);
      }
      return;
    } catch (IOException e) {
      String problem = problem(e);
      if (!problem.equals(rotationProblem)) {
        rotationProblem = problem;
        LOG.error(
            "{} cannot be rotated and grows, tried again every {} s: {}",
            path,
            RETRY_ROTATION.toSeconds(),
            problem);
      }
      nextRotation = clock.instant().plus(RETRY_ROTATION);
    }
    open();
    periodEnd = due; // Opening takes it from the last write, which may be in the new period.
  }

  private static String problem(IOException e) {
    if (e instanceof DirectoryNotEmptyException taken) {
      return taken.getFile() + " is a directory that is not empty";
    }
    return (e instanceof FileSystemException of ? of.getFile() + ": " : "") + Problem.reason(e);
  }

  /** Moves only what has to make room: one that fails each time must not use up the old files. */
  private void rotate() throws IOException {
    int oldest = 1;
    int keep = rotation == null ? 1 : rotation.keep();
    while (oldest < keep && Files.exists(numbered(oldest), LinkOption.NOFOLLOW_LINKS)) {
      oldest++;
    }
    for (int older = oldest - 1; older >= 1; older--) {
      move(numbered(older), numbered(older + 1));
    }
    move(path, numbered(1));
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException e) {
      // There are not that many yet.
    }
  }

  private static void append(FileChannel open, ByteBuffer lines) throws IOException {
    while (lines.hasRemaining()) {
      open.write(lines);
    }
  }

  /** Truncates a partly written batch, so that no half line stays in the file. */
  private void giveUp(FileChannel open, long end, IOException failure) {
    try {
      if (open.size() > end) {
        open.truncate(end);
      }
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
      channel = null;
    }
  }
}
