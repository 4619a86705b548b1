package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourceKeyTest {
  /** Of a map with 2,048 buckets, as many as 1,000 sources need. */
  private static long partsOf32(int factor) {
    return IntStream.range(0, 100)
        .map(number -> SourceKey.mixed(Addresses.v4(number).hashCode(), factor))
        .map(hash -> hash >>> 6 & 31)
        .distinct()
        .count();
  }

  @Test
  void addressesInSequenceAreSpreadOverTheMapWithAnyFactor() {
    assertThat(new Random(1).ints(1_000).map(any -> any | 1))
        .allSatisfy(factor -> assertThat(partsOf32(factor)).isGreaterThan(20));
  }
}
