package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the members stay together when the clock of one machine is stepped. Provoked by a
 * library before the C library, which adds to the time of one process; needs Linux and a C
 * compiler. A failure would be a member that the others lose for some seconds, and their counts and
 * permits with it.
 */
@Tag("slow")
class ClockStepIT extends PingClusterFixture {
  private static final String STEPPED_CLOCK =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <sys/syscall.h>
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
      """;

  private static final List<String> MEMBERS = List.of("m1", "m2", "m3");

  /** A silent member is removed after 10 s, and one that is ignored likewise. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(15);

  ClockStepIT() {
    super(3);
  }

  @BeforeEach
  void start() throws Exception {
    Path library = directory.resolve("step.so");
    assumeTrue(compiles(library), "no C compiler for Linux here");
    for (String member : MEMBERS) {
      step(member, 0);
      cluster.environment(member, "CLOCK_STEP", file(member));
      cluster.environment(member, "LD_PRELOAD", library);
    }
    cluster.startAll();
  }

  private boolean compiles(Path library) throws Exception {
    Path source = Files.writeString(directory.resolve("step.c"), STEPPED_CLOCK);
    try {
      Process compiler =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-o", "" + library, "" + source).start();
      return compiler.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)
          && compiler.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Path file(String member) {
    return directory.resolve(member + ".step");
  }

  private void step(String member, long seconds) throws IOException {
    ByteBuffer offset = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    try (FileChannel file =
        FileChannel.open(file(member), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(offset.putLong(seconds).flip());
    }
  }

  @Test
  void noMemberIsLostWhenAClockIsStepped() throws IOException {
    for (String member : List.of("m1", "m3")) { // The oldest, whose time the others follow.
      for (long seconds : new long[] {20, -60, 0}) {
        step(member, seconds);
        await("all together after a step of " + member + " to " + seconds + " s")
            .during(LONG_ENOUGH)
            .atMost(LONG_ENOUGH.plus(TestRun.PATIENCE))
            .until(() -> cluster.members().stream().allMatch(each -> all(each)));
        assertThat(cluster.members()).allMatch(each -> each.logged(" left") == 0);
      }
    }
  }

  private static boolean all(FairleadProcess member) {
    return member.memberNames().equals(MEMBERS);
  }
}
