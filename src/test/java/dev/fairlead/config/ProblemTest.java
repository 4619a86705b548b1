package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTest {
  @ParameterizedTest
  @CsvSource({
    "no space left on device, no space left on device",
    "java.io.IOException: broken pipe, broken pipe",
    "can't: java.lang.IllegalStateException: com.x.FooException: why, can't:  why",
    "java.nio.channels.ClosedChannelException, internal error",
    "two.words of a.Host, two.words of a.Host"
  })
  void reasonsHaveNoNamesOfExceptions(String message, String expected) {
    assertThat(Problem.reason(new IOException(message)).replaceAll(" +", " "))
        .isEqualTo(expected.replaceAll(" +", " "));
  }

  @Test
  void reasonsOfFilesSayWhatIsWrong() {
    assertThat(Problem.reason(new NoSuchFileException("/x"))).isEqualTo("no such file");
    assertThat(Problem.reason(new AccessDeniedException("/x"))).isEqualTo("permission denied");
    assertThat(Problem.reason(new FileSystemException("/x", null, "No space left on device")))
        .isEqualTo("No space left on device");
    assertThat(Problem.reason(new FileAlreadyExistsException("/x"))).isEqualTo("/x");
  }

  @Test
  void reasonsAreNeverNullAndOneLine() {
    assertThat(Problem.reason(new IOException("a\n\tat b"))).isEqualTo("a");
    assertThat(Problem.reason(new IllegalStateException(new IOException("x")))).isEqualTo("x");
    assertThat(Problem.reason(new IllegalStateException((String) null))).isEqualTo("illegal state");
  }
}
