package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProberChoiceProperties {
  private static final int BACKENDS = 2_000;

  private static List<String> members(int count, Random random) {
    return Stream.generate(() -> new UUID(random.nextLong(), random.nextLong()).toString())
        .limit(count)
        .toList();
  }

  private static String key(int backend) {
    return "web/10.0." + backend / 250 + "." + backend % 250 + ":8080";
  }

  @Property(tries = 200)
  void asManyAsWantedOrAllAndTheSameOnEveryMember(
      @ForAll @IntRange(min = 1, max = 12) int count,
      @ForAll @IntRange(min = 1, max = 5) int probers,
      @ForAll Random random) {
    List<String> members = members(count, random);
    List<String> otherOrder = new ArrayList<>(members);
    Collections.shuffle(otherOrder, random);
    for (int backend = 0; backend < 20; backend++) {
      List<String> chosen = ProberChoice.choose(members, key(backend), probers);
      assertThat(chosen).doesNotHaveDuplicates().hasSize(Math.min(probers, count));
      assertThat(members).containsAll(chosen);
      assertThat(ProberChoice.choose(otherOrder, key(backend), probers)).isEqualTo(chosen);
    }
  }

  /** The others keep what they have, in their order. */
  @Property(tries = 200)
  void whenAMemberLeavesOnlyItsOwnBackendsGetAnotherProber(
      @ForAll @IntRange(min = 2, max = 12) int count,
      @ForAll @IntRange(min = 1, max = 5) int probers,
      @ForAll Random random) {
    List<String> members = members(count, random);
    List<String> rest = members.subList(1, count);
    for (int backend = 0; backend < 20; backend++) {
      List<String> before = new ArrayList<>(ProberChoice.choose(members, key(backend), probers));
      List<String> after = ProberChoice.choose(rest, key(backend), probers);
      before.remove(members.get(0));
      assertThat(after.subList(0, before.size())).isEqualTo(before);
    }
  }

  @Property(tries = 20)
  void everyMemberProbesItsShare(
      @ForAll @IntRange(min = 2, max = 10) int count,
      @ForAll @IntRange(min = 1, max = 2) int probers,
      @ForAll Random random) {
    Map<String, Integer> shares = new HashMap<>();
    List<String> members = members(count, random);
    for (int backend = 0; backend < BACKENDS; backend++) {
      ProberChoice.choose(members, key(backend), probers)
          .forEach(member -> shares.merge(member, 1, Integer::sum));
    }
    double fair = (double) BACKENDS * probers / count;
    // Six standard deviations of a fair draw.
    double deviation = Math.sqrt(fair * (1 - (double) probers / count));
    assertThat(shares).hasSize(count);
    assertThat(shares.values()).allSatisfy(share -> near(share, fair, 6 * deviation));
  }

  private static void near(int share, double fair, double deviation) {
    assertThat((double) share).isCloseTo(fair, within(deviation));
  }

  /** Members of different releases must choose the same. */
  @Test
  void choiceIsThatOfEveryRelease() {
    List<String> members = List.of("m1", "m2", "m3", "m4");
    assertThat(ProberChoice.choose(members, "web/10.0.0.1:80", 2)).containsExactly("m4", "m1");
  }
}
