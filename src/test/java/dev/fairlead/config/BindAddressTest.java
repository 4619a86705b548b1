package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindAddressTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 80, 127.0.0.1, 80, true",
    "0.0.0.0, 80, 127.0.0.1, 80, true",
    "::, 80, 127.0.0.1, 80, true",
    "::1, 80, 0:0:0:0:0:0:0:1, 80, true",
    "0.0.0.0, 80, ::1, 80, false",
    "127.0.0.1, 80, 127.0.0.2, 80, false",
    "0.0.0.0, 80, 127.0.0.1, 81, false",
    "0.0.0.0, 0, 127.0.0.1, 0, false",
  })
  void overlapsWhereOneOwnerExcludesTheOther(
      String host, int port, String otherHost, int otherPort, boolean overlap) {
    BindAddress one = BindAddress.ip(host, port);
    BindAddress other = BindAddress.ip(otherHost, otherPort);
    assertThat(one.overlaps(other)).isEqualTo(overlap);
    assertThat(other.overlaps(one)).isEqualTo(overlap);
  }
}
