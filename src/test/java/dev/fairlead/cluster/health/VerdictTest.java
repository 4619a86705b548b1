package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerdictTest {

  @Test
  void parsesWhatItWrites() {
    assertThat(Verdict.of(true, "whatever").text()).isEqualTo("up");
    assertThat(Verdict.of(false, null).text()).isEqualTo("down");
    assertThat(Verdict.of(false, "refused").text()).isEqualTo("down:refused");
    for (String text : new String[] {"up", "down", "down:refused", "down:a:b"}) {
      assertThat(Verdict.parse(text).orElseThrow().text()).isEqualTo(text);
    }
  }

  @Test
  void anyOtherFieldIsNoVerdictAndReasonsAreMadeSafe() {
    for (Object field : new Object[] {null, 7, true, "", "UP", "downwards", "upside"}) {
      assertThat(Verdict.parse(field)).isEmpty();
    }
    assertThat(Verdict.parse("down:").orElseThrow().text()).isEqualTo("down");
    assertThat(Verdict.parse("down: x\r\n\u001b[2Jy\u2028z ").orElseThrow().reason())
        .isEqualTo("x   [2Jy z");
    assertThat(Verdict.parse("down:" + "x".repeat(5000)).orElseThrow().reason()).hasSize(100);
  }
}
