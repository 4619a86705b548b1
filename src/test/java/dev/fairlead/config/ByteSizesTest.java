package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizesTest {

  @ParameterizedTest
  @CsvSource({
    "0B, 0, 0B",
    "1023B, 1023, 1023B",
    "1024B, 1024, 1KiB",
    "64KiB, 65536, 64KiB",
    "1024KiB, 1048576, 1MiB",
    "10MB, 10000000, 10000000B",
    "1KB, 1000, 1000B",
    "3GiB, 3221225472, 3GiB",
    "1024GiB, 1099511627776, 1024GiB"
  })
  void aSizeIsReadAndShownInTheLargestExactUnit(String written, long bytes, String shown) {
    assertThat(ByteSizes.parse(written)).contains(bytes);
    assertThat(ByteSizes.show(bytes)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5",
        "5b",
        "-1B",
        "1.5KiB",
        "1 KiB",
        "1iB",
        "1kB",
        "1TiB",
        "0x1B",
        "1000000000B"
      })
  void anythingElseIsNoSize(String written) {
    assertThat(ByteSizes.parse(written)).isEmpty();
  }
}
