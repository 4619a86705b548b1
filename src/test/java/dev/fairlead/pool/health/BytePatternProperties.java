package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;

/** A pattern is found exactly where the JDK finds it; two letters make repetitions likely. */
class BytePatternProperties {

  @Property(tries = 2000)
  void foundWhereTheJdkFindsIt(
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(min = 1, max = 6) String pattern,
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 60) String stream) {
    int start = stream.indexOf(pattern);
    assertThat(endOf(pattern, stream)).isEqualTo(start < 0 ? -1 : start + pattern.length());
  }

  /** How many bytes it takes to find {@code pattern}; -1 = it is not found. */
  private static int endOf(String pattern, String stream) {
    BytePattern wanted = new BytePattern(pattern.getBytes(StandardCharsets.US_ASCII));
    byte[] bytes = stream.getBytes(StandardCharsets.US_ASCII);
    int matched = 0;
    for (int i = 0; i < bytes.length; i++) {
      matched = wanted.next(matched, bytes[i]);
      if (matched == wanted.length()) {
        return i + 1;
      }
    }
    return -1;
  }
}
