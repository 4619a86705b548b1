package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
  void reasonsAreNeverNullAndOneLine() {
    assertThat(Problem.reason(new IOException("a\n\tat b"))).isEqualTo("a");
    assertThat(Problem.reason(new IllegalStateException(new IOException("x")))).isEqualTo("x");
    assertThat(Problem.reason(new IllegalStateException((String) null))).isEqualTo("illegal state");
  }
}
