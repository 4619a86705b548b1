package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluralTest {
  @ParameterizedTest
  @CsvSource({"0, 0 members", "1, 1 member", "2, 2 members", "4294967297, 4294967297 members"})
  void onlyOneIsSingular(long count, String text) {
    assertThat(Plural.of(count, "member")).isEqualTo(text);
  }
}
