package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pool.health.RiseFall.ProbeVerdict;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables: {@code +} is a probe that went well; {@code U}, {@code D} and {@code ?} are verdicts. */
class RiseFallTest {
  private static final Map<ProbeVerdict, String> LETTERS =
      Map.of(ProbeVerdict.UNKNOWN, "?", ProbeVerdict.UP, "U", ProbeVerdict.DOWN, "D");

  @ParameterizedTest
  @CsvSource({
    "UNKNOWN, 2, 3, +, U",
    "UNKNOWN, 2, 3, -, D",
    "UNKNOWN, 2, 3, +--+---+-++, UUUUUUDDDDU",
    "UNKNOWN, 2, 3, -+-++, DDDDU",
    "UP, 2, 3, --+--+---, UUUUUUUUD",
    "DOWN, 2, 3, +-+-++, DDDDDU",
    "DOWN, 3, 1, +++-, DDUD",
    "UP, 1, 1, -+-+, DUDU"
  })
  void followsTheTable(ProbeVerdict initial, int rise, int fall, String probes, String verdicts) {
    RiseFall riseFall = new RiseFall(initial, rise, fall);
    StringBuilder followed = new StringBuilder();
    for (int i = 0; i < probes.length(); i++) {
      ProbeVerdict before = riseFall.verdict();
      boolean changed = riseFall.probed(probes.charAt(i) == '+');
      assertThat(changed).isEqualTo(before != riseFall.verdict());
      followed.append(LETTERS.get(riseFall.verdict()));
    }
    assertThat(followed).hasToString(verdicts);
  }
}
