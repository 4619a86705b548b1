package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> KNOWN =
      List.of("name", "host", "port", "backends", "maxConnections", "bind");

  @ParameterizedTest
  @CsvSource({
    "prot, port",
    "hots, host",
    "backend, backends",
    "Backends, backends",
    "nmae, name",
    "maxconnections, maxConnections",
    "max_connections, maxConnections",
    "bid, bind",
    "x, ",
    "timeouts, ",
    "'', "
  })
  void theNearestIsNamedWhenOneIsNear(String word, String meant) {
    assertThat(Nearest.to(word, KNOWN).orElse(null)).isEqualTo(meant);
  }

  @Test
  void twoSwappedLettersAreOneMistake() {
    assertThat(Nearest.distance("port", "prot")).isEqualTo(1);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
  }
}
