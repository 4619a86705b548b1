package dev.fairlead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Counts belong to a pool's backend, not to a configuration: they survive reloads, are never
 * negative and are removed when no session can need them. A failure would be a backend that looks
 * idle after a reload, or a process that remembers every backend it ever had.
 */
class PoolsTest {

  @Test
  void picksAreByPoolAndUnknownPoolsAreNull() {
    Pools pools = Pools.NONE.next(List.of(web("10.0.0.1"), named("api", "10.0.0.2")));
    assertThat(pools.all()).extracting(Pool::name).containsExactly("web", "api");
    assertThat(pools.pool("api").pick(null, List.of()).id()).isEqualTo("10.0.0.2:9001");
    assertThat(pools.pool("other")).isNull();
  }

  @Test
  void emptyPoolHasNobodyToPick() {
    assertThat(Pools.NONE.next(List.of(web())).pool("web").pick(null, List.of())).isNull();
  }

  @Test
  void countsGoOnWhenTheConfigurationChanges() {
    Pools first = Pools.NONE.next(List.of(web("10.0.0.1")));
    Backend before = only(first);
    before.trySelect();
    before.failed();
    Pools second = first.next(List.of(config(Balance.ROUND_ROBIN, heavier("10.0.0.1"))));
    Backend after = only(second);
    assertThat(after).isNotSameAs(before);
    assertThat(after.config().weight()).isEqualTo(9);
    assertCounts(after, 1, 1, 1);
    after.trySelect();
    before.released();
    assertCounts(after, 1, 2, 1);
    assertCounts(before, 1, 2, 1);
  }

  @Test
  void whatRejectsHasNoShareOfTheSessions() {
    List<BackendConfig> backends =
        List.of(PoolFixture.backend("10.0.0.1"), BackendConfig.reject(5, State.ENABLED));
    Pool pool =
        Pools.NONE
            .next(List.of(PoolFixture.config("web", Balance.ROUND_ROBIN, backends)))
            .pool("web");
    assertThat(pool.shares().keySet()).extracting(Backend::id).containsExactly("10.0.0.1:9001");
  }

  @Test
  void unchangedPoolStaysTheSame() {
    Pools first = Pools.NONE.next(List.of(web("10.0.0.1"), named("api", "10.0.0.2")));
    Pools second = first.next(List.of(web("10.0.0.1"), named("api", "10.0.0.3")));
    assertThat(second.pool("web")).isSameAs(first.pool("web"));
    assertThat(second.pool("api")).isNotSameAs(first.pool("api"));
  }

  @Test
  void sameIdInTwoPoolsIsCountedTwice() {
    Pools pools = Pools.NONE.next(List.of(web("10.0.0.1"), named("api", "10.0.0.1")));
    pools.pool("web").backends().get(0).trySelect();
    assertThat(pools.pool("api").backends().get(0).active()).isZero();
  }

  @Test
  void backendThatComesBackWithLiveSessionsContinuesItsCount() {
    Pools pools = Pools.NONE.next(List.of(web("10.0.0.1")));
    Backend old = only(pools);
    old.trySelect();
    for (int change = 0; change < 5; change++) {
      pools = pools.next(List.of());
    }
    Backend back = only(pools.next(List.of(web("10.0.0.1"))));
    assertThat(back.active()).isEqualTo(1);
    old.released();
    assertThat(back.active()).isZero();
  }

  @Test
  void backendThatLeavesAndComesBackIsWithoutItsPast() {
    Pools first = Pools.NONE.next(List.of(web("10.0.0.1")));
    Backend old = only(first);
    old.trySelect();
    old.failed();
    old.ejected(true);
    old.healthy(false);
    Backend back = only(first.next(List.of(web())).next(List.of(web("10.0.0.1"))));
    assertThat(back.eligible()).isTrue();
    assertThat(back.failuresInRow()).isZero();
    old.failed(); // a session that had selected it before
    assertThat(back.failuresInRow()).isZero();
    assertCounts(back, 1, 1, 2);
  }

  @Test
  void backendThatStaysKeepsItsStatus() {
    Pools first = Pools.NONE.next(List.of(web("10.0.0.1")));
    only(first).failed();
    only(first).ejected(true);
    Backend after = only(first.next(List.of(config(Balance.ROUND_ROBIN, heavier("10.0.0.1")))));
    assertThat(after.isEjected()).isTrue();
    assertThat(after.failuresInRow()).isEqualTo(1);
  }

  @Test
  void lateChoiceOfARemovedBackendIsStillCountedWhenItComesBack() {
    Pools first = Pools.NONE.next(List.of(web("10.0.0.1")));
    Pools second = first.next(List.of());
    only(first).trySelect(); // by a session that captured the older snapshot
    assertThat(only(second.next(List.of(web("10.0.0.1")))).active()).isEqualTo(1);
  }

  @Test
  void removedBackendsAreLetGoOnceIdle() {
    Pools pools = Pools.NONE.next(List.of(web("10.0.0.1", "10.0.0.2")));
    Backend live = pools.pool("web").backends().get(0);
    live.trySelect();
    pools = pools.next(List.of(web())).next(List.of(web()));
    assertThat(pools.removed()).containsExactly(live);
    live.released();
    assertThat(pools.next(List.of(web())).removed()).isEmpty();
  }

  @Test
  void removedBackendsAreLetGoWithoutAnotherChange() {
    Pools pools = Pools.NONE.next(List.of(web("10.0.0.1"))).next(List.of());
    Backend live = pools.removed().iterator().next();
    live.trySelect();
    pools.forgetRemoved();
    pools.forgetRemoved();
    assertThat(pools.removed()).containsExactly(live);
    live.released();
    pools.forgetRemoved();
    assertThat(pools.removed()).as("a session may be about to select it").containsExactly(live);
    pools.forgetRemoved();
    assertThat(pools.removed()).isEmpty();
  }

  @Test
  void thousandReloadsWithNewBackendsLeaveNothingBehind() {
    Pools pools = Pools.NONE;
    for (int i = 0; i < 1000; i++) {
      pools = pools.next(List.of(web("10.0." + (i >> 8) + "." + (i & 0xff))));
      only(pools).trySelect();
      only(pools).released();
      assertThat(pools.removed().size()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void roundRobinGoesOnWhereItWas() {
    Pools first =
        Pools.NONE.next(List.of(config(Balance.ROUND_ROBIN, plain("10.0.0.1", "10.0.0.2"))));
    assertThat(first.pool("web").pick(null, List.of()).id()).isEqualTo("10.0.0.1:9001");
    Pools second =
        first.next(List.of(config(Balance.ROUND_ROBIN, plain("10.0.0.1", "10.0.0.2", "10.0.0.3"))));
    assertThat(second.pool("web").pick(null, List.of()).id()).isEqualTo("10.0.0.2:9001");
  }

  @Test
  void releaseWithoutSelectionIsABugAndTheCountStaysZero() {
    Backend backend = only(Pools.NONE.next(List.of(web("10.0.0.1"))));
    assertThatThrownBy(backend::released).isInstanceOf(IllegalStateException.class);
    assertThat(backend.active()).isZero();
  }

  @Test
  void countsAreExactUnderContention() throws Exception {
    Backend backend = only(Pools.NONE.next(List.of(web("10.0.0.1"))));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        all.add(threads.submit(() -> churn(backend)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertCounts(backend, 0, 400_000, 0);
  }

  private static void churn(Backend backend) {
    for (int i = 0; i < 100_000; i++) {
      backend.trySelect();
      if (backend.active() < 1) {
        throw new AssertionError("selected and not counted");
      }
      backend.released();
    }
  }

  private static void assertCounts(Backend backend, int active, long total, long failures) {
    assertThat(backend.active()).isEqualTo(active);
    assertThat(backend.clusterActive()).isEqualTo(active);
    assertThat(backend.total()).isEqualTo(total);
    assertThat(backend.failures()).isEqualTo(failures);
  }

  private static Backend only(Pools pools) {
    assertThat(pools.pool("web").backends()).hasSize(1);
    return pools.pool("web").backends().get(0);
  }

  private static PoolConfig web(String... hosts) {
    return config(Balance.DEFAULT, plain(hosts));
  }

  private static PoolConfig named(String name, String host) {
    return PoolFixture.config(name, Balance.DEFAULT, plain(host));
  }

  private static PoolConfig config(Balance balance, List<BackendConfig> backends) {
    return PoolFixture.config("web", balance, backends);
  }

  private static List<BackendConfig> plain(String... hosts) {
    return List.of(hosts).stream().map(PoolFixture::backend).toList();
  }

  private static List<BackendConfig> heavier(String host) {
    return List.of(PoolFixture.backend(host, 9, State.ENABLED));
  }

  @Test
  void discoveredBackendsFollowTheConfiguredOnesAndDrainLikeThem() {
    List<PoolConfig> configs = List.of(web("10.0.0.1"));
    BackendConfig found = PoolFixture.backend("10.0.0.2");
    List<BackendConfig> both = List.of(heavier("10.0.0.1").get(0), found);
    Pools pools = Pools.NONE.next(configs, Map.of("web", both));
    assertThat(pools.pool("web").backends())
        .extracting(Backend::config)
        .containsExactly(configs.get(0).backends().get(0), found);
    Backend discovered = pools.pool("web").discovered().get(0);
    assertThat(pools.next(configs, Map.of("web", both)).pool("web")).isSameAs(pools.pool("web"));
    discovered.trySelect();
    Pools without = pools.next(configs);
    assertThat(without.pool("web")).isNotSameAs(pools.pool("web"));
    assertThat(without.removed()).containsExactly(discovered);
    Pools back = without.next(configs, Map.of("web", List.of(found)));
    assertThat(back.pool("web").discovered().get(0).active()).isEqualTo(1);
  }
}
