package dev.fairlead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Ports of 127.0.0.1 for servers that must know theirs before they start. Each is handed out once,
 * also among JVMs that test at the same time: a JVM locks a block of ports until it ends. They lie
 * below those that the system gives to sockets of port 0, which would take a port that is free now
 * before its server binds it. Any thread.
 */
public final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int BLOCKS = 40;
  private static final int BLOCK_SIZE = 250;

  private static final FileLock LOCK = lockBlock();
  private static int handedOut;

  private FreePorts() {}

  public static synchronized int next() {
    for (int tried = 0; tried < BLOCK_SIZE; tried++) {
      int port = FIRST + (int) LOCK.position() * BLOCK_SIZE + handedOut++ % BLOCK_SIZE;
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port in the block of " + LOCK);
  }

  /** So many different ports. */
  public static List<Integer> next(int count) {
    return Stream.generate(FreePorts::next).limit(count).toList();
  }

  /** The first of so many ports that follow each other. */
  public static synchronized int run(int count) {
    int base = FIRST + (int) LOCK.position() * BLOCK_SIZE;
    int at = handedOut % BLOCK_SIZE;
    for (int tried = 0; tried < BLOCK_SIZE; tried++) {
      int first = at + count > BLOCK_SIZE ? 0 : at;
      if (IntStream.range(first, first + count).allMatch(each -> isFree(base + each))) {
        handedOut = first + count;
        return base + first;
      }
      at = first + 1;
    }
    throw new IllegalStateException("no " + count + " free ports in the block of " + LOCK);
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return probe.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** The lock of byte N of a file is the block N; the system ends it with the JVM. */
  private static FileLock lockBlock() {
    Path file = Path.of(System.getProperty("java.io.tmpdir"), "fairlead-test-ports");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      for (int block = 0; block < BLOCKS; block++) {
        FileLock lock = channel.tryLock(block, 1, false);
        if (lock != null) {
          return lock;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException(BLOCKS + " JVMs test at the same time");
  }
}
