package dev.fairlead.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that people read have at most four digits, rounded to the nearest. */
class QuantityTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0 B",
    "999, 999, 999 B",
    "1000, 1.0k, 1000 B",
    "1023, 1.0k, 1023 B",
    "1024, 1.0k, 1.0 KiB",
    "17774, 17.8k, 17.4 KiB",
    "178123, 178k, 174 KiB",
    "999949, 1.0M, 977 KiB",
    "1048575, 1.0M, 1.0 MiB",
    "14784921, 14.8M, 14.1 MiB",
    "9223372036854775807, 9.2E, 8.0 EiB"
  })
  void countsAndBytes(long number, String count, String bytes) {
    assertThat(Quantity.count(number)).isEqualTo(count);
    assertThat(Quantity.bytes(number)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.0", "39.84, 39.8", "999.94, 999.9", "999.96, 1.0k", "12345.6, 12.3k"})
  void rates(double perSecond, String text) {
    assertThat(Quantity.rate(perSecond)).isEqualTo(text);
  }
}
