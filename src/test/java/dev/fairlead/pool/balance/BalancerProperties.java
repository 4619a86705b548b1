package dev.fairlead.pool.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.Pools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Whatever the weights, states, counts and failures before: a choice is eligible and untried, and
 * there is one as long as such a backend is left.
 */
class BalancerProperties {

  /** A backend, the sessions it has and whether this session has tried it. */
  record Drawn(int weight, State state, int active, boolean tried) {}

  @Provide
  Arbitrary<List<Drawn>> backends() {
    Arbitrary<Integer> weights =
        Arbitraries.oneOf(Arbitraries.integers().between(0, 1000), Arbitraries.of(0, 1, 1000));
    return Combinators.combine(
            weights,
            Arbitraries.of(State.values()),
            Arbitraries.integers().between(0, 20),
            Arbitraries.of(true, false))
        .as(Drawn::new)
        .list()
        .ofMaxSize(12);
  }

  @Property(tries = 500)
  void choiceIsEligibleAndUntried(
      @ForAll Balance balance,
      @ForAll("backends") List<Drawn> drawn,
      @ForAll @Size(4) byte[] client) {
    Pool pool = pool(balance, drawn);
    List<Backend> tried = new ArrayList<>();
    for (int i = 0; i < drawn.size(); i++) {
      if (drawn.get(i).tried()) {
        tried.add(pool.backends().get(i));
      }
    }
    boolean anyLeft =
        pool.backends().stream()
            .anyMatch(backend -> backend.eligible() && !tried.contains(backend));
    for (int i = 0; i < 5; i++) {
      Backend picked = pool.pick(source(client), tried);
      if (anyLeft) {
        assertThat(picked).isIn(pool.backends()).isNotIn(tried);
        assertThat(picked.eligible()).isTrue();
      } else {
        assertThat(picked).isNull();
      }
    }
  }

  @Property(tries = 200)
  void everyEligibleBackendIsTriedOnceBeforeNoneIsLeft(
      @ForAll Balance balance,
      @ForAll("backends") List<Drawn> drawn,
      @ForAll @IntRange(min = 0, max = 255) int client) {
    Pool pool = pool(balance, drawn);
    SocketAddress source = source(new byte[] {10, 0, 0, (byte) client});
    List<Backend> tried = new ArrayList<>();
    Backend picked = pool.pick(source, tried);
    while (picked != null) {
      tried.add(picked);
      picked = pool.pick(source, tried);
    }
    assertThat(tried)
        .containsExactlyInAnyOrderElementsOf(
            pool.backends().stream().filter(Backend::eligible).toList());
  }

  private static SocketAddress source(byte[] address) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), 1);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static Pool pool(Balance balance, List<Drawn> drawn) {
    List<BackendConfig> backends = new ArrayList<>();
    for (int i = 0; i < drawn.size(); i++) {
      backends.add(PoolFixture.backend("10.0.0." + i, drawn.get(i).weight(), drawn.get(i).state()));
    }
    Pool pool = Pools.NONE.next(List.of(PoolFixture.config("web", balance, backends))).pool("web");
    for (int i = 0; i < drawn.size(); i++) {
      for (int sessions = drawn.get(i).active(); sessions > 0; sessions--) {
        pool.backends().get(i).trySelect();
      }
    }
    return pool;
  }
}
