package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A table of limits, use and demand, and the share of each member. */
class LeaseSharesTest {

  @ParameterizedTest
  @CsvSource({
    // limit, used, wanted, targets
    "100, 10 0, 20 0, 43 13",
    "100, 40 0, 90 30, 81 19",
    "100, 0 0, 150 50, 75 25",
    "100, 0 0 0, 100 0 0, 100 0 0",
    "100, 0 0 0, 0 0 0, 9 9 9",
    "100, 99 0 0, 0 0 0, 100 0 0",
    "100, 60 60 0, 5 0 5, 50 46 4",
    "10, 0 0 0, 7 7 7, 4 3 3",
    "2, 0 0 0, 0 0 0, 1 1 0",
    "1, 0 0 0, 0 0 1, 0 0 1",
    "2000000000, 0 0, 2000000000 2000000000, 1000000000 1000000000",
  })
  void limitIsSplitByDemand(int limit, String used, String wanted, String targets) {
    List<Integer> uses = numbers(used);
    List<Integer> wants = numbers(wanted);
    LeaseEntry entry = LeaseEntry.NONE;
    for (int i = 0; i < uses.size(); i++) {
      // A member without a row counts once it has demand; here all have one.
      entry =
          entry.with("m" + i, new LeaseRow(Math.max(1, uses.get(i)), uses.get(i), wants.get(i)));
    }
    LeaseEntry all = entry;
    List<Integer> found =
        IntStream.range(0, uses.size())
            .mapToObj(
                i ->
                    LeaseShares.target(
                        all, "m" + i, limit, LeaseShares.maxSpare(limit, uses.size(), false)))
            .toList();
    assertThat(found).isEqualTo(numbers(targets));
  }

  @ParameterizedTest
  @CsvSource({
    // limit, held, used, wanted, whether another than m0 starves
    "100, 100 0, 100 0, 60 3, true",
    "100, 60 40, 60 40, 60 60, false",
    "100, 60 19, 60 19, 60 60, true",
    "100, 60 0, 60 0, 60 0, false",
    "100, 60 0, 60 0, 10 30, false",
    "100, 0 100, 0 100, 60 60, false",
  })
  void memberStarvesBelowHalfOfItsShare(
      int limit, String held, String used, String wanted, boolean another) {
    LeaseEntry entry = LeaseEntry.NONE;
    for (int i = 0; i < 2; i++) {
      entry =
          entry.with(
              "m" + i,
              new LeaseRow(numbers(held).get(i), numbers(used).get(i), numbers(wanted).get(i)));
    }
    assertThat(LeaseShares.isAnotherStarving(entry, "m0", limit)).isEqualTo(another);
  }

  /** Fewer permits than members: another one goes without for each version of the entry. */
  @Test
  void everyMemberIsGrantedSomeInTime() {
    int[] got = new int[3];
    for (int version = 1; version <= 1000; version++) {
      LeaseEntry entry = new LeaseEntry(version, 0, new TreeMap<>());
      for (int i = 0; i < got.length; i++) {
        entry = entry.with("m" + i, new LeaseRow(0, 0, 4 + i));
      }
      int sum = 0;
      for (int i = 0; i < got.length; i++) {
        int target = LeaseShares.target(entry, "m" + i, 2, 1);
        got[i] += target;
        sum += target;
      }
      assertThat(sum).isEqualTo(2);
    }
    assertThat(got[0]).isGreaterThan(400);
    assertThat(got[1]).isGreaterThan(500);
    assertThat(got[2]).isGreaterThan(600);
  }

  /** Else two idle members could each keep a permit that a third one waits for. */
  @Test
  void memberWithoutDemandNeverWinsTheLot() {
    for (int version = 1; version <= 100; version++) {
      LeaseEntry entry =
          new LeaseEntry(version, 0, new TreeMap<>())
              .with("m0", new LeaseRow(1, 0, 0))
              .with("m1", new LeaseRow(1, 1, 0))
              .with("m2", new LeaseRow(1, 1, 5));
      assertThat(LeaseShares.target(entry, "m0", 3, 1)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // limit, members, of a rate, most spare of each
    "100, 3, false, 9",
    "100, 3, true, 34",
    "100, 1, false, 100",
    "1, 5, false, 1",
  })
  void spareIsAPartOfTheLimit(int limit, int members, boolean rate, int most) {
    assertThat(LeaseShares.maxSpare(limit, members, rate)).isEqualTo(most);
  }

  private static List<Integer> numbers(String text) {
    return List.of(text.split(" ")).stream().map(Integer::valueOf).toList();
  }
}
