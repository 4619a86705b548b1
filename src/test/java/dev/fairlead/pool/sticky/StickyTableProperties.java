package dev.fairlead.pool.sticky;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.pool.sticky.StickyTable.KeptNews;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Members that choose at random, with clocks that differ, and whose messages come late, twice, in
 * any order or not at all.
 */
class StickyTableProperties {
  private static final int SOURCES = 5;

  private final AtomicLong nanos = new AtomicLong();
  private final List<StickyTable> members = new ArrayList<>();

  /** What is on its way, to all. */
  private final List<KeptNews> messages = new ArrayList<>();

  @Property(tries = 500)
  void membersComeToOneChoice(@ForAll long seed, @ForAll @IntRange(min = 2, max = 4) int count) {
    members.clear();
    messages.clear();
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      int skew = random.nextInt(2_000);
      members.add(
          new StickyTable(
              new Stickiness(Duration.ofHours(1), 100),
              nanos::get,
              () -> 1_000_000 + skew + nanos.get() / 1_000_000));
    }
    for (int step = 0; step < 60; step++) {
      step(random);
    }
    for (int round = 0; round < 5; round++) {
      members.forEach(StickyTable::tellAll);
      members.forEach(member -> messages.addAll(member.takeNews(1_000)));
      messages.forEach(news -> members.forEach(member -> member.learn(news)));
      messages.clear();
    }
    for (int i = 0; i < SOURCES; i++) {
      InetAddress source = source(i);
      assertThat(members)
          .extracting(member -> backend(member, source))
          .containsOnly(backend(members.get(0), source));
    }
  }

  private void step(Random random) {
    nanos.addAndGet(random.nextInt(100) * 1_000_000L);
    StickyTable member = members.get(random.nextInt(members.size()));
    InetAddress source = source(random.nextInt(SOURCES));
    switch (random.nextInt(4)) {
      case 0, 1 -> member.keep(source, member.find(source), "b" + random.nextInt(3));
      case 2 -> messages.addAll(member.takeNews(1 + random.nextInt(3)));
      default -> {
        if (!messages.isEmpty()) {
          int index = random.nextInt(messages.size());
          member.learn(messages.get(index));
          if (random.nextInt(3) == 0) {
            messages.remove(index);
          }
        }
      }
    }
  }

  private static String backend(StickyTable member, InetAddress source) {
    KeptSource kept = member.find(source);
    return kept == null ? "none" : kept.backend();
  }

  private static InetAddress source(int index) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) index});
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
