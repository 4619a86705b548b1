package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that sessions leave descriptors for all else. Provoked with limits of any size. A failure
 * would look like sessions that find none for their backend, or a process that takes no client.
 */
class OpenFilesTest {
  @ParameterizedTest
  @CsvSource({
    "65536, 2, 32064, 32320",
    "65536, 64, 16384, 24384",
    "1256, 2, 393, 397",
    "1024, 8, 256, 256",
    "200, 2, 50, 50",
    "1, 1, 1, 1",
    "9223372036854775807, 2, 1000000, 1000000"
  })
  void sessionsGetWhatOthersLeaveAndAtLeastHalf(long limit, int loops, int spliced, int copied) {
    int pipes = OpenFiles.pipes(limit);
    assertThat(OpenFiles.possibleSessions(limit, 128, loops, pipes)).isEqualTo(spliced);
    assertThat(OpenFiles.possibleSessions(limit, 128, loops, 0)).isEqualTo(copied);
  }

  @ParameterizedTest
  @CsvSource({
    "'Max processes 1 2 processes\nMax open files            20000     524288    files\n', 20000",
    "Max open files unlimited unlimited files, 9223372036854775807",
    "Max open files none, -1",
    "Max open files, -1",
    "'', -1"
  })
  void limitIsTheFirstNumberOfItsLine(String limits, long soft) {
    assertThat(OpenFiles.softLimit(limits).orElse(-1)).isEqualTo(soft);
  }

  @Test
  void lackOfDescriptorsIsToldFromOtherFailures() {
    assertThat(OpenFiles.isExhaustion(new IOException("a.yaml: Too many open files"))).isTrue();
    assertThat(OpenFiles.isExhaustion(new IOException("a.yaml: Permission denied"))).isFalse();
    assertThat(OpenFiles.isExhaustion(new IOException())).isFalse();
  }
}
