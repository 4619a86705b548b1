package dev.fairlead.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import com.github.difflib.patch.Patch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that differences are the shortest there are, and that no texts take more than a limited
 * number of comparisons. Provoked with random lines, and with texts that have little in common. A
 * failure would be a diff that does not lead from one text to the other, or one that never ends.
 */
class LineDiffTest {
  private static final int LINES = 20_000;

  @Test
  void changesAreTheShortestThatLeadToTheOtherText() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      List<String> a = lines(random);
      List<String> b = lines(random);
      Patch<String> patch = DiffUtils.diff(a, b, new LineDiff(), null);
      assertThat(patch.applyTo(a)).as("%s to %s", a, b).isEqualTo(b);
      assertThat(edits(patch)).as("%s to %s", a, b).isEqualTo(edits(DiffUtils.diff(a, b)));
    }
  }

  private static List<String> lines(Random random) {
    return random.ints(random.nextInt(12), 0, 4).mapToObj(String::valueOf).toList();
  }

  private static int edits(Patch<String> patch) {
    return patch.getDeltas().stream()
        .mapToInt(delta -> delta.getSource().size() + delta.getTarget().size())
        .sum();
  }

  static Stream<List<List<String>>> hostile() {
    List<String> periodic = made(i -> i % 2 == 0 ? "a" : "b");
    List<String> shifted = new ArrayList<>(made(i -> i % 3 == 0 ? "b" : "a"));
    return Stream.of(
        List.of(made(i -> "a" + i), made(i -> "b" + i)),
        List.of(List.of("x"), made(i -> "b" + i)),
        List.of(made(i -> "b" + i), List.of()),
        List.of(periodic, shifted),
        List.of(made(i -> String.valueOf(i)), made(i -> String.valueOf(LINES - i))));
  }

  private static List<String> made(IntFunction<String> line) {
    return IntStream.range(0, LINES).mapToObj(line).toList();
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void textsWithLittleInCommonTakeLimitedWork(List<List<String>> texts) throws Exception {
    AtomicLong comparisons = new AtomicLong();
    LineDiff counting =
        new LineDiff(
            (one, other) -> {
              comparisons.incrementAndGet();
              return one.equals(other);
            });
    Patch<String> patch = DiffUtils.diff(texts.get(0), texts.get(1), counting, null);
    assertThat(patch.applyTo(texts.get(0))).isEqualTo(texts.get(1));
    assertThat(comparisons.get()).isLessThan(LineDiff.MOST_STEPS + 2L * LINES + 4);
  }

  @Test
  void fewChangesOfALongTextAreFoundOneByOne() {
    List<String> before = made(String::valueOf);
    List<String> after = new ArrayList<>(before);
    for (int i = 0; i < LINES; i += LINES / 20) {
      after.set(i, "changed");
    }
    assertThat(DiffUtils.diff(before, after, new LineDiff(), null).getDeltas())
        .hasSize(20)
        .extracting(AbstractDelta::getSource)
        .allSatisfy(source -> assertThat(source.size()).isEqualTo(1));
  }
}
