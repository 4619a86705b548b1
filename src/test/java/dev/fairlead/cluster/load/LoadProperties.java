package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.rows.PeerRows;
import dev.fairlead.cluster.rows.RowMessage;
import dev.fairlead.cluster.rows.RowStore;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * Messages are lost, duplicated, delayed and reordered, and members fall silent: once a whole row
 * of each member is read, the sums are right.
 */
class LoadProperties {
  private static final int BACKENDS = 4;
  private static final int MEMBERS = 3;

  enum Kind {
    SELECT,
    RELEASE,
    SAY,
    STORE,
    HEAR,
    LOSE,
    READ,
    SILENCE
  }

  /** An action of a member, or the fate of one of its messages. */
  record Step(Kind kind, int member, int backend) {}

  @Provide
  Arbitrary<Step> step() {
    return Combinators.combine(
            Arbitraries.of(Kind.values()),
            Arbitraries.integers().between(0, MEMBERS - 1),
            Arbitraries.integers().between(0, BACKENDS - 1))
        .as(Step::new);
  }

  @Property(tries = 1000)
  void sumsAreRightAfterOneReadOfEachRow(
      @ForAll @Size(max = 200) List<@From("step") Step> steps, @ForAll Random random) {
    World world = new World(random);
    steps.forEach(world::take);
    world.members.forEach(world::readNow);
    assertThat(world.seen()).isEqualTo(world.truth());
    // Delayed messages make no difference afterwards.
    world.hearAll();
    assertThat(world.seen()).isEqualTo(world.truth());
  }

  private static final class Owner {
    private final String id;
    private final Pool pool = PoolFixture.pool(Balance.DEFAULT, PoolFixture.equalWeights(BACKENDS));
    private final LoadRow row = new LoadRow();
    private final List<RowMessage> underWay = new ArrayList<>();
    private RowStore.StoredRow stored;
    private long seq;

    private Owner(int number) {
      id = "m" + number;
      row.follow(List.of(pool));
    }

    private void say() {
      underWay.add(new RowMessage(id, ++seq, new JsonObject(row.changes().encode())));
    }

    private void store() {
      say();
      stored = new RowStore.StoredRow(++seq, new JsonObject(row.whole().encode()));
    }
  }

  private static final class World {
    private final Random random;
    private final FakeClock clock = new FakeClock();
    private final Pool pool = PoolFixture.pool(Balance.DEFAULT, PoolFixture.equalWeights(BACKENDS));
    private final LoadRow own = new LoadRow();
    private final PeerCounts sums = new PeerCounts(own::receiver);
    private final PeerRows rows = new PeerRows(clock.running(), CountTable.LOADS.dropAfter(), sums);
    private final List<Owner> members = IntStream.range(0, MEMBERS).mapToObj(Owner::new).toList();

    private World(Random random) {
      this.random = random;
      own.follow(List.of(pool));
      sums.follow();
    }

    private void take(Step step) {
      Owner owner = members.get(step.member());
      Backend backend = owner.pool.backends().get(step.backend());
      switch (step.kind()) {
        case SELECT -> backend.trySelect();
        case RELEASE -> {
          if (backend.active() > 0) {
            backend.released();
          }
        }
        case SAY -> owner.say();
        case STORE -> owner.store();
        case HEAR -> hear(owner, random.nextBoolean());
        case LOSE -> any(owner.underWay);
        case READ -> read(owner);
        case SILENCE -> {
          clock.pass(CountTable.LOADS.dropAfter());
          rows.expire();
        }
      }
    }

    /** Takes a message out of {@code underWay}, wherever it stands. */
    private RowMessage any(List<RowMessage> underWay) {
      return underWay.isEmpty() ? null : underWay.remove(random.nextInt(underWay.size()));
    }

    private void hear(Owner owner, boolean again) {
      RowMessage message = any(owner.underWay);
      if (message != null) {
        rows.changes(message.member(), message.seq(), message.changes());
        if (again) {
          owner.underWay.add(message);
        }
      }
    }

    private void read(Owner owner) {
      if (owner.stored != null) {
        rows.whole(owner.id, owner.stored.seq(), owner.stored.fields());
      }
    }

    private void readNow(Owner owner) {
      owner.store();
      read(owner);
    }

    private void hearAll() {
      for (Owner owner : members) {
        while (!owner.underWay.isEmpty()) {
          hear(owner, false);
        }
      }
    }

    private List<Integer> seen() {
      return pool.backends().stream().map(Backend::clusterActive).toList();
    }

    private List<Integer> truth() {
      return IntStream.range(0, BACKENDS)
          .map(
              index ->
                  members.stream()
                      .mapToInt(owner -> owner.pool.backends().get(index).active())
                      .sum())
          .boxed()
          .toList();
    }
  }
}
