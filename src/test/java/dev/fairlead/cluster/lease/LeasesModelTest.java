package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Logs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that leases never allow more than they may, and that nothing stays lost. Provoked by
 * members that come, stop, die, freeze and are cut off from each other, in virtual time, while
 * demands and limits change and calls of the map are late or fail. A failure names its seed; {@code
 * -Dfairlead.leases.seed=SEED} runs that one alone.
 */
@Logs({"LeaseReclaimer - only ", "LeaseKeeper - leases of shared limits can't be read or written"})
class LeasesModelTest {
  private static final long FIRST_SEED = 1;
  private static final int SEEDS = 200;
  private static final int BLOCK = 50;
  private static final int MOST_MEMBERS = 7;
  private static final int ACTIONS = 40;
  private static final int[] LIMITS = {1, 2, 3, 10, 100, 1_000};

  static LongStream blocks() {
    Long only = Long.getLong("fairlead.leases.seed");
    return only == null
        ? LongStream.range(0, SEEDS / BLOCK).map(block -> FIRST_SEED + block * BLOCK)
        : LongStream.of(only);
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void noPermitIsAllowedTwiceAndNoneStaysLost(long first) {
    int seeds = Long.getLong("fairlead.leases.seed") == null ? BLOCK : 1;
    for (long seed = first; seed < first + seeds; seed++) {
      Run run = new Run(new Random(seed));
      try {
        run.all();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage() + run.told(), e);
      }
    }
  }

  private static final class Run {
    private final Random random;
    private final LeaseWorld world;

    /** The actions so far, for the message of a failure. */
    private final List<String> done = new ArrayList<>();

    Run(Random random) {
      this.random = random;
      Map<String, Integer> limits = new TreeMap<>();
      limits.put("connections", anyLimit());
      limits.put("rate", anyLimit());
      world = new LeaseWorld(random, limits);
    }

    String told() {
      return "\n" + String.join("\n", done) + "\n" + world;
    }

    void all() {
      int members = 1 + random.nextInt(5);
      for (int i = 0; i < members; i++) {
        world.join(world.parts.get(0));
      }
      world.clock.run(LeaseWorld.SECOND);
      for (int i = 0; i < ACTIONS; i++) {
        act();
        world.clock.run(random.nextInt(random.nextInt(20) == 0 ? 8_000_000 : 1_200_000));
      }
      heal();
      everythingIsFreed();
      aMemberWithDemandIsGrantedAll();
      idleIsCheap();
      nothingIsLeft();
    }

    private void say(String what) {
      done.add(String.format(Locale.ROOT, "%.3f s: %s", world.clock.nanos() / 1e9, what));
    }

    private int anyLimit() {
      return LIMITS[random.nextInt(LIMITS.length)];
    }

    private <T> T any(List<T> some) {
      return some.get(random.nextInt(some.size()));
    }

    private String anyKey() {
      return any(List.copyOf(world.keys()));
    }

    private List<SimMember> running() {
      return world.members().stream().filter(SimMember::isRunning).toList();
    }

    private void act() {
      int chance = random.nextInt(100);
      if (chance < 55) {
        demand();
      } else if (chance < 63 && world.members().size() < MOST_MEMBERS && world.canJoin()) {
        say("join");
        world.join(any(world.parts));
      } else if (chance < 70 && running().size() > 1) {
        SimMember victim = any(running());
        say("kill " + victim.self());
        world.kill(victim);
      } else if (chance < 75 && running().size() > 1) {
        SimMember leaver = any(running());
        say("stop " + leaver.self());
        world.stop(leaver);
      } else if (chance < 80 && running().size() > 1 && !world.isMerging()) {
        freeze(any(running()));
      } else if (chance < 88 && world.parts.size() == 1) {
        split();
      } else if (chance < 94 && world.canMerge()) {
        merge();
      } else if (chance < 97) {
        changeLimit();
      }
    }

    private void demand() {
      if (running().isEmpty()) {
        return;
      }
      SimMember member = any(running());
      String key = anyKey();
      int most = Math.max(1, world.limit(key) * 3 / 2);
      int demand = random.nextInt(3) == 0 ? 0 : random.nextInt(most + 1);
      say(member.self() + " has " + demand + " of " + key);
      member.demand(key, demand);
    }

    private void changeLimit() {
      String key = anyKey();
      int limit = random.nextInt(5) == 0 ? 0 : anyLimit();
      say("limit of " + key + " " + world.limit(key) + " -> " + limit);
      world.limit(key, limit);
    }

    /** Long enough, it is thought dead, and finds itself alone or back at once. */
    private void freeze(SimMember member) {
      int micros = random.nextInt(14_000_000);
      int giveUp = 5_000_000 + random.nextInt(5_000_000);
      boolean notices = random.nextBoolean();
      say(
          "freeze "
              + member.self()
              + " for "
              + micros / 1e6
              + " s, given up after "
              + giveUp / 1e6);
      if (random.nextBoolean()) {
        // Its last call is answered when it continues.
        String key = anyKey();
        member.demand(key, Math.max(1, world.limit(key)));
      }
      member.freeze();
      world.clock.in(giveUp, () -> giveUp(member));
      world.clock.in(
          micros,
          () -> {
            if (!notices) {
              rejoin(member);
            }
            member.resume();
            world.clock.in(random.nextInt(5_000_000), () -> back(member));
          });
    }

    private void giveUp(SimMember member) {
      if (member.isAlive() && member.isFrozen() && member.part.members.size() > 1) {
        say("given up " + member.self());
        world.split(member.part, List.of(member));
      }
    }

    private void back(SimMember member) {
      if (!member.isFrozen()) {
        rejoin(member);
      }
    }

    private void rejoin(SimMember member) {
      if (member.isAlive() && member.part.members.size() == 1 && world.parts.size() > 1) {
        say("back is " + member.self());
        SimPart own = member.part;
        SimPart other = any(world.parts.stream().filter(part -> part != own).toList());
        world.merge(other, own, true);
      }
    }

    private void split() {
      SimPart part = world.parts.get(0);
      List<SimMember> leaving =
          part.members.stream().filter(member -> random.nextBoolean()).toList();
      if (!leaving.isEmpty() && leaving.size() < part.members.size()) {
        say("split off " + leaving.stream().map(SimMember::self).toList());
        world.split(part, leaving);
      }
    }

    private void merge() {
      say("merge");
      world.merge(world.parts.get(0), world.parts.get(1), false);
    }

    private void heal() {
      say("heal");
      world.calm();
      world.clock.run(15 * LeaseWorld.SECOND);
      while (world.parts.size() > 1) {
        merge();
      }
      for (String key : world.keys()) {
        if (world.limit(key) == 0) {
          world.limit(key, anyLimit());
        }
        world.members().forEach(member -> member.demand(key, 0));
      }
      world.clock.run(10 * LeaseWorld.SECOND);
    }

    private boolean isFreed() {
      return world.keys().stream().allMatch(key -> world.parts.get(0).heldByGone(key) == 0);
    }

    private void everythingIsFreed() {
      if (!isFreed()) {
        world.clock.run(65 * LeaseWorld.SECOND);
      }
      assertThat(isFreed()).as("all is freed that the gone held").isTrue();
    }

    private void aMemberWithDemandIsGrantedAll() {
      SimMember hungry = any(world.members());
      for (String key : world.keys()) {
        int limit = world.limit(key);
        say(hungry.self() + " wants all of " + key);
        hungry.demand(key, 2 * limit);
        world.clock.run(LeaseWorld.SECOND);
        SimLeased leased = hungry.leased(key);
        assertThat(leased.allowed()).as(key).isGreaterThanOrEqualTo(limit * 95 / 100);
        assertThat(leased.isExhausted()).as(key + " is exhausted").isTrue();
        hungry.demand(key, 0);
        world.clock.run(3 * LeaseWorld.SECOND);
        assertThat(leased.isExhausted()).as(key + " is exhausted").isFalse();
      }
    }

    private void idleIsCheap() {
      world.clock.run(5 * LeaseWorld.SECOND);
      long before = world.members().stream().mapToLong(member -> member.calls).sum();
      world.clock.run(5 * LeaseWorld.SECOND);
      long calls = world.members().stream().mapToLong(member -> member.calls).sum() - before;
      int rows = world.members().size() * world.keys().size();
      assertThat(calls).as("calls in 5 s for " + rows + " leases").isLessThanOrEqualTo(6L * rows);
    }

    private void nothingIsLeft() {
      say("stop all");
      List.copyOf(world.members()).forEach(world::stop);
      world.clock.run(LeaseWorld.SECOND);
      assertThat(world.members()).as("still there").isEmpty();
      assertThat(world.parts.get(0).isEmpty()).as("the map is empty").isTrue();
    }
  }
}
