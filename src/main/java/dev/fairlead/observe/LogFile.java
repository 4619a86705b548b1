package dev.fairlead.observe;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file that lines are appended to. After a failed write it is opened anew by its name before the
 * next one, so it recovers from whatever happened to disk, directory or file.
 */
final class LogFile implements LogTarget {
  private final Path path;
  private volatile boolean reopenAsked;

  /** Null = to be opened before the next write. */
  private FileChannel channel;

  /**
   * Opens {@code path} at once.
   *
   * @throws IOException if it cannot be written
   */
  LogFile(Path path) throws IOException {
    this.path = path;
    try {
      open();
    } catch (IOException e) {
      throw new IOException(
          "node.accessLog.to: " + path + " (expected: a file that can be written, but: " + e + ")",
          e);
    }
  }

  /** Has the file opened by its name before the next write. */
  void reopen() {
    reopenAsked = true;
  }

  @Override
  public void write(byte[] lines) throws IOException {
    if (reopenAsked) {
      reopenAsked = false;
      close();
    }
    open();
    long end = channel.size();
    try {
      append(ByteBuffer.wrap(lines));
    } catch (IOException e) {
      giveUp(end, e);
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

  private void open() throws IOException {
    if (channel == null) {
      channel = FileChannel.open(path, WRITE, CREATE, APPEND);
    }
  }

  private void append(ByteBuffer lines) throws IOException {
    while (lines.hasRemaining()) {
      channel.write(lines);
    }
  }

  /** Takes back what was written of a batch, so that no line is left in halves. */
  private void giveUp(long end, IOException failure) {
    try {
      if (channel.size() > end) {
        channel.truncate(end);
      }
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
      channel = null;
    }
  }
}
