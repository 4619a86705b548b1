package dev.fairlead.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Clocks of members that a test steps while they run: a library before the C library adds to the
 * time of day of one process, and leaves its monotonic clock alone. One thread.
 */
final class SteppedClock {
  private static final String LIBRARY =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <sys/syscall.h>
      #include <sys/time.h>
      #include <time.h>
      #include <unistd.h>
      static volatile long *seconds;
      __attribute__((constructor)) static void open_step(void) {
        int file = open(getenv("CLOCK_STEP"), O_RDONLY);
        void *map = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) seconds = map;
      }
      int clock_gettime(clockid_t clock, struct timespec *time) {
        int result = syscall(SYS_clock_gettime, clock, time);
        if (clock == CLOCK_REALTIME && seconds) time->tv_sec += *seconds;
        return result;
      }
      // BoringSSL asks for the age of a ticket by this one.
      int gettimeofday(struct timeval *time, void *zone) {
        struct timespec now;
        (void)zone;
        int result = clock_gettime(CLOCK_REALTIME, &now);
        time->tv_sec = now.tv_sec;
        time->tv_usec = now.tv_nsec / 1000;
        return result;
      }
      """;

  private final Path directory;
  private final Path library;

  private SteppedClock(Path directory, Path library) {
    this.directory = directory;
    this.library = library;
  }

  /** Compiles the library; skips the test where that is not possible. */
  static SteppedClock in(Path directory) throws IOException {
    Program.assumeInstalled("cc");
    Path library = directory.resolve("step.so");
    Path source = Files.writeString(directory.resolve("step.c"), LIBRARY);
    Program.Answer compiled =
        Program.run(directory, "cc", "-shared", "-fPIC", "-o", "" + library, "" + source);
    assumeTrue(compiled.exitCode() == 0, () -> "no C compiler for Linux: " + compiled.output());
    return new SteppedClock(directory, library);
  }

  /** To be called before a member is started: its clock is {@code offset} ahead. */
  void give(ClusterProcesses cluster, String member, Duration offset) throws IOException {
    step(member, offset);
    cluster.environment(member, "CLOCK_STEP", file(member));
    cluster.environment(member, "LD_PRELOAD", library);
  }

  /** From now on a member's clock is {@code offset} ahead of the real one. */
  void step(String member, Duration offset) throws IOException {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    try (FileChannel file =
        FileChannel.open(file(member), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(seconds.putLong(offset.toSeconds()).flip());
    }
  }

  private Path file(String member) {
    return directory.resolve(member + ".step");
  }
}
