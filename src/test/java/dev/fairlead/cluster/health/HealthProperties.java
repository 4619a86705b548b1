package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.health.ProbedBackend.HealthContext;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * For any verdicts, joins, crashes and delays: once all messages are delivered, the configured
 * number of members probe and all have the same verdict. Joins and crashes alone change no verdict.
 */
class HealthProperties {
  private static final int MEMBERS = 4;

  enum Kind {
    UP,
    DOWN,
    COME,
    CRASH,
    HEAR,
    TIME
  }

  /** What happens to a member. */
  record Step(Kind kind, int member) {}

  @Provide
  Arbitrary<Step> step() {
    return steps(Kind.values());
  }

  @Provide
  Arbitrary<Step> comings() {
    return steps(Kind.COME, Kind.CRASH, Kind.HEAR, Kind.TIME);
  }

  private static Arbitrary<Step> steps(Kind... kinds) {
    return Combinators.combine(
            Arbitraries.of(kinds), Arbitraries.integers().between(0, MEMBERS - 1))
        .as(Step::new);
  }

  @Property(tries = 1000)
  void allMembersAgreeOnceAllMessagesAreDelivered(
      @ForAll @Size(max = 120) List<@From("step") Step> steps,
      @ForAll @IntRange(min = 1, max = 3) int probers) {
    World world = new World(probers);
    steps.forEach(world::take);
    world.settle();
    List<Member> live = world.live();
    List<Member> probing = live.stream().filter(member -> member.probing).toList();
    assertThat(probing).hasSize(Math.min(probers, live.size()));
    boolean healthy =
        probing.isEmpty()
            || probing.stream().anyMatch(member -> !Objects.equals(member.own, false));
    assertThat(live).allMatch(member -> member.healthy == healthy);
  }

  @Property(tries = 1000)
  void joinsAndCrashesChangeNoVerdict(
      @ForAll boolean up,
      @ForAll @Size(max = 120) List<@From("comings") Step> steps,
      @ForAll @IntRange(min = 1, max = 3) int probers) {
    World world = new World(probers);
    world.come(0);
    world.come(1);
    world.settle();
    world.live().forEach(member -> world.decide(member, up));
    world.firstProbe = up;
    world.settle();
    assertThat(world.live()).allMatch(member -> member.healthy == up);
    world.live().forEach(member -> member.told.clear());
    steps.forEach(world::take);
    world.settle();
    assertThat(world.live()).allMatch(member -> !member.told.contains(!up));
    assertThat(world.live()).allMatch(member -> member.healthy == up);
  }

  private static final class World {
    private final Map<Integer, Member> all = new HashMap<>();
    private final FakeClock clock = new FakeClock();
    private final int probers;

    /** What a prober finds that begins with nothing. */
    private boolean firstProbe = true;

    private World(int probers) {
      this.probers = probers;
    }

    private List<Member> live() {
      return all.values().stream().toList();
    }

    private void take(Step step) {
      Member member = all.get(step.member());
      switch (step.kind()) {
        case UP -> decide(member, true);
        case DOWN -> decide(member, false);
        case COME -> come(step.member());
        case CRASH -> crash(step.member());
        case HEAR -> hear(member);
        case TIME -> {
          clock.pass(Duration.ofSeconds(1));
          live().forEach(Member::look);
        }
      }
    }

    private void decide(Member member, boolean up) {
      if (member != null && member.probing) {
        member.own = up;
        member.probed.decided(member.assignment, Verdict.of(up, null));
        say(member);
      }
    }

    private void come(int number) {
      if (all.containsKey(number)) {
        return;
      }
      Member newcomer = new Member("m" + number, clock, probers);
      for (Member other : live()) {
        newcomer.others.changed(other.id, other.row.whole());
        other.inbox.add(new Delivery(newcomer.id, new JsonObject()));
      }
      all.put(number, newcomer);
      newcomer.look();
      say(newcomer);
    }

    private void crash(int number) {
      // The last one knows all there is to know.
      Member dead = all.size() == 1 ? null : all.remove(number);
      if (dead != null) {
        live().forEach(other -> other.inbox.add(new Delivery(dead.id, null)));
      }
    }

    private void hear(Member member) {
      if (member != null && !member.inbox.isEmpty()) {
        member.hear(member.inbox.poll());
        say(member);
      }
    }

    /** What is new in a member's row goes to all others. */
    private void say(Member member) {
      JsonObject changes = member.row.changes();
      if (!changes.isEmpty()) {
        for (Member other : live()) {
          if (other != member) {
            other.inbox.add(new Delivery(member.id, changes));
          }
        }
      }
    }

    /** Delivers all messages; each prober decides in the end, if only as before. */
    private void settle() {
      for (int round = 0; round < 3; round++) {
        while (live().stream().anyMatch(member -> !member.inbox.isEmpty())) {
          live().forEach(this::hear);
        }
        live().forEach(member -> decide(member, member.own == null ? firstProbe : member.own));
      }
      while (live().stream().anyMatch(member -> !member.inbox.isEmpty())) {
        live().forEach(this::hear);
      }
    }
  }

  /** Changes of a row; null = it is gone. */
  private record Delivery(String member, JsonObject changes) {}

  private static final class Member implements HealthListener {
    private final String id;
    private final PeerVerdicts others = new PeerVerdicts();
    private final HealthRow row = new HealthRow(() -> {}, () -> {});
    private final Deque<Delivery> inbox = new ArrayDeque<>();
    private final ProbedBackend probed;
    private boolean probing;
    private Boolean own;
    private long assignment;
    private boolean healthy = true;
    private final List<Boolean> told = new ArrayList<>();

    private Member(String id, FakeClock clock, int probers) {
      this.id = id;
      Pools pools =
          Pools.NONE.next(
              List.of(HealthMember.pool(HealthMember.health(probers, Duration.ofSeconds(1)))));
      probed =
          new ProbedBackend(
              new HealthContext(
                  id, others, row, this, clock.running(), member -> member, () -> ++assignment),
              pools.all().get(0).backends().get(0),
              pools.all().get(0).config().health());
    }

    private void hear(Delivery said) {
      if (said.changes() == null) {
        others.gone(said.member());
      } else {
        others.changed(said.member(), said.changes());
      }
      look();
    }

    private void look() {
      Set<String> members = new TreeSet<>(others.members());
      members.add(id);
      probed.assign(members);
      probed.evaluate();
    }

    @Override
    public void probe(Backend backend, long started, Boolean initial) {
      probing = true;
      own = initial;
    }

    @Override
    public void stopProbing(Backend backend) {
      probing = false;
      own = null;
    }

    @Override
    public void healthy(Backend backend, boolean is, String reason) {
      assertThat(is).isNotEqualTo(healthy);
      healthy = is;
      told.add(is);
    }
  }
}
