package dev.fairlead.observe;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Appends lines to a file. After a failed write the file is reopened by its name before the next
 * one, so logging recovers when the cause (disk, directory or file) is gone. One thread, except
 * {@link #reopen}.
 */
final class LogFile implements AccessLog.LogTarget {
  /** Of {@code st_mode}, see inode(7). */
  private static final int FILE_TYPE = 0170000;

  private static final int FIFO = 0010000;

  private final Path path;
  private volatile boolean reopenAsked;

  /** Null = opened before the next write. */
  private @Nullable FileChannel channel;

  /**
   * Opens {@code path} at once, unless it is a FIFO: that would wait for a reader. An IOException
   * names the configuration key.
   */
  LogFile(Path path) throws IOException {
    this.path = path;
    try {
      if (!isFifo(path)) {
        open();
      } else if (!Files.isWritable(path)) {
        throw new AccessDeniedException(path.toString());
      }
    } catch (IOException e) {
      throw new IOException(
          "node.accessLog.to: " + path + " (expected: a file that can be written, but: " + e + ")",
          e);
    }
  }

  private static boolean isFifo(Path path) {
    try {
      return ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == FIFO;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // It does not exist yet, or there are no FIFOs here.
    }
  }

  /** Requests that the file be reopened by its name before the next write. Any thread. */
  void reopen() {
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
    }
    return channel;
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
