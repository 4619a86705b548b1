package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.WithNull;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgreementTest {
  private static final Verdict DOWN = Verdict.of(false, "refused");

  private static Verdict verdict(Boolean up) {
    return up == null ? null : Verdict.of(up, null);
  }

  @ParameterizedTest
  @CsvSource({
    "up up,     down, up",
    "up down,   down, up",
    "up ?,      down, up",
    "down down, up,   down",
    "down,      ,     down",
    "down ?,    up,   up",
    "down ?,    down, down",
    "down ?,    ,     ",
    "? ?,       up,   up",
    "?,         ,     "
  })
  void oneUpIsEnoughAndDownTakesAll(String verdicts, String before, String after) {
    List<Verdict> all =
        Arrays.stream(verdicts.split(" ")).map(each -> Verdict.parse(each).orElse(null)).toList();
    assertThat(Agreement.decide(healthy(before), all)).isEqualTo(healthy(after));
  }

  private static Boolean healthy(String word) {
    return word == null ? null : (Boolean) word.equals("up");
  }

  @Test
  void withoutProbersNothingChanges() {
    assertThat(Agreement.decide(true, List.of())).isTrue();
    assertThat(Agreement.decide(false, List.of())).isFalse();
    assertThat(Agreement.decide(null, List.of())).isNull();
  }

  @Test
  void newProberStartsWithTheClustersVerdictElseWithThatOfAnyPeer() {
    assertThat(Agreement.inherited(null, List.of())).isNull();
    assertThat(Agreement.inherited(true, List.of(DOWN))).isTrue();
    assertThat(Agreement.inherited(false, List.of(Verdict.UP))).isFalse();
    assertThat(Agreement.inherited(null, List.of(DOWN, Verdict.UP))).isTrue();
    assertThat(Agreement.inherited(null, List.of(DOWN, DOWN))).isFalse();
  }

  /** For any sequence of verdicts: the cluster's changes only on one up or on all down. */
  @Property(tries = 1000)
  void verdictMovesOnlyForAReason(
      @ForAll @Size(max = 100) List<@Size(3) List<@WithNull(0.3) Boolean>> rounds) {
    Boolean current = null;
    for (List<Boolean> round : rounds) {
      List<Verdict> verdicts = round.stream().map(AgreementTest::verdict).toList();
      Boolean next = Agreement.decide(current, verdicts);
      if (round.contains(true)) {
        assertThat(next).isTrue();
      } else if (round.stream().allMatch(Objects::nonNull)) {
        assertThat(next).isFalse();
      } else {
        assertThat(next).isEqualTo(current);
      }
      current = next;
    }
  }
}
