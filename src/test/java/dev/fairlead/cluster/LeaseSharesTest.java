package dev.fairlead.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A table of limits, of what is used and wanted, and of what each should hold. */
class LeaseSharesTest {

  @ParameterizedTest
  @CsvSource({
    // limit, used, wanted, targets
    "100, 10 0, 20 0, 43 13",
    "100, 40 0, 90 30, 85 15",
    "100, 0 0, 150 50, 75 25",
    "100, 0 0 0, 100 0 0, 100 0 0",
    "100, 0 0 0, 0 0 0, 9 9 9",
    "100, 99 0 0, 0 0 0, 100 0 0",
    "100, 60 60 0, 5 0 5, 60 60 0",
    "10, 0 0 0, 7 7 7, 4 3 3",
    "2, 0 0 0, 0 0 0, 1 1 0",
    "1, 0 0 0, 0 0 1, 0 0 1",
    "2000000000, 0 0, 2000000000 2000000000, 1000000000 1000000000",
  })
  void isSplit(int limit, String used, String wanted, String targets) {
    List<Integer> uses = numbers(used);
    List<Integer> wants = numbers(wanted);
    LeaseEntry entry = LeaseEntry.NONE;
    for (int i = 0; i < uses.size(); i++) {
      // Who has no row is counted when it asks; here all have one.
      entry =
          entry.with("m" + i, new LeaseRow(Math.max(1, uses.get(i)), uses.get(i), wants.get(i)));
    }
    LeaseEntry all = entry;
    List<Integer> found =
        IntStream.range(0, uses.size())
            .mapToObj(i -> LeaseShares.target(all, "m" + i, limit, uses.size()))
            .toList();
    assertThat(found).isEqualTo(numbers(targets));
  }

  private static List<Integer> numbers(String text) {
    return List.of(text.split(" ")).stream().map(Integer::valueOf).toList();
  }
}
