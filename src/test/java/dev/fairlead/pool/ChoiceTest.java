package dev.fairlead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.WhenDown;
import dev.fairlead.testkit.PoolSettings;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChoiceTest {

  private static BackendConfig backend(String host, int tier) {
    return new BackendConfig(host, 1, null, 1, State.ENABLED, tier, 0);
  }

  private static PoolConfig config(Balance balance, WhenDown whenDown, BackendConfig... backends) {
    PoolConfig all = PoolConfig.byDefault("web", balance, List.of(backends));
    return new PoolConfig(
        all.name(),
        all.balance(),
        all.backends(),
        all.discovery(),
        all.health(),
        all.outlier(),
        Duration.ofSeconds(20),
        all.connect(),
        all.timeouts(),
        all.limits(),
        null,
        null,
        whenDown,
        all.onBackendDown(),
        all.closing(),
        all.rebalance(),
        all.stickiness(),
        all.agent(),
        all.replies());
  }

  private static Pool pool(PoolConfig config) {
    return Pools.NONE.next(List.of(config)).pool("web");
  }

  private static Set<String> picked(Pool pool, List<Backend> tried) {
    Set<String> picked = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      Backend backend = pool.pick(null, tried);
      picked.add(backend == null ? "none" : backend.config().host());
    }
    return picked;
  }

  private static Set<String> picked(Pool pool) {
    return picked(pool, List.of());
  }

  @ParameterizedTest
  @EnumSource(Balance.class)
  void backupsTakeSessionsOnlyWhenNoPrimaryIsEligible(Balance balance) {
    Pool pool =
        pool(config(balance, WhenDown.REFUSE, backend("a", 0), backend("b", 0), backend("z", 1)));
    assertThat(picked(pool)).doesNotContain("z");
    pool.backends().get(0).healthy(false);
    pool.backends().get(1).ejected(true);
    pool.refresh();
    assertThat(picked(pool)).containsExactly("z");
    assertThat(pool.tier()).isEqualTo(1);
    pool.backends().get(1).ejected(false);
    pool.refresh();
    assertThat(picked(pool)).containsExactly("b");
  }

  @Test
  void aSessionThatHasTriedEveryPrimaryGoesOnToABackup() {
    Pool pool =
        pool(config(Balance.ROUND_ROBIN, WhenDown.REFUSE, backend("a", 0), backend("z", 1)));
    assertThat(picked(pool, List.of(pool.backends().get(0)))).containsExactly("z");
    assertThat(picked(pool, pool.backends())).containsExactly("none");
  }

  @Test
  void withNoHealthyBackendClientsAreRefusedOrAllAreTried() {
    for (WhenDown whenDown : WhenDown.values()) {
      Pool pool = pool(config(Balance.TWO_CHOICES, whenDown, backend("a", 0), backend("z", 1)));
      pool.backends().forEach(backend -> backend.healthy(false));
      pool.backends().get(1).ejected(true);
      pool.refresh();
      assertThat(picked(pool))
          .isEqualTo(whenDown == WhenDown.REFUSE ? Set.of("none") : Set.of("a", "z"));
    }
  }

  @Test
  void whatTheOperatorTookOutIsNotTriedEither() {
    BackendConfig off = new BackendConfig("off", 1, null, 1, State.DISABLED);
    Pool pool = pool(config(Balance.TWO_CHOICES, WhenDown.TRY_ALL, off, backend("a", 0)));
    pool.backends().get(1).healthy(false);
    pool.refresh();
    assertThat(picked(pool)).containsExactly("a");
  }

  @ParameterizedTest
  @EnumSource(
      value = Balance.class,
      names = {"WEIGHTED_RANDOM", "ROUND_ROBIN", "TWO_CHOICES", "LEAST_CONNECTIONS"})
  void aBackendThatComesBackBeginsWithASmallShare(Balance balance) {
    Pool pool =
        pool(config(balance, WhenDown.REFUSE, backend("a", 0), backend("b", 0), backend("c", 0)));
    Backend back = pool.backends().get(0);
    back.backSince(System.nanoTime());
    pool.refresh();
    int share = 0;
    for (int i = 0; i < 3000; i++) {
      Backend picked = pool.pick(null, List.of());
      picked.trySelect();
      share += picked == back ? 1 : 0;
    }
    assertThat(share).isBetween(1, 400);
    assertThat(pool.isStale()).as("it grows").isTrue();
  }

  @Test
  void aShareGrowsInEqualSteps() {
    Pool pool =
        pool(config(Balance.ROUND_ROBIN, WhenDown.REFUSE, backend("a", 0), backend("b", 0)));
    Backend back = pool.backends().get(0);
    back.backSince(1_000);
    Duration length = Duration.ofNanos(19_000);
    assertThat(new SlowStart(length, 1_000).weights(pool.backends())).containsExactly(1, 20);
    assertThat(new SlowStart(length, 10_500).weights(pool.backends())).containsExactly(10, 20);
    assertThat(new SlowStart(length, 19_999).weights(pool.backends())).containsExactly(19, 20);
    assertThat(new SlowStart(length, 20_000).weights(pool.backends())).containsExactly(1, 1);
    assertThat(new SlowStart(Duration.ZERO, 1_000).weights(pool.backends())).containsExactly(1, 1);
  }

  @Test
  void onlyWhatIsAddedToARunningPoolGrows() {
    PoolConfig before = config(Balance.ROUND_ROBIN, WhenDown.REFUSE, backend("a", 0));
    Pools first = Pools.NONE.next(List.of(before));
    assertThat(first.pool("web").backends().get(0).backSince()).isNull();
    Pool second =
        first
            .next(
                List.of(
                    PoolSettings.withBackends(before, List.of(backend("a", 0), backend("b", 0)))))
            .pool("web");
    assertThat(second.backends().get(0).backSince()).isNull();
    assertThat(second.backends().get(1).backSince()).isNotNull();
  }

  @Test
  void whatWasTakenOutAndComesAgainGrows() {
    PoolConfig both =
        config(Balance.ROUND_ROBIN, WhenDown.REFUSE, backend("a", 0), backend("b", 0));
    Pool again =
        Pools.NONE
            .next(List.of(both))
            .next(List.of(PoolSettings.withBackends(both, List.of(backend("a", 0)))))
            .next(List.of(both))
            .pool("web");
    assertThat(again.backends().get(0).backSince()).isNull();
    assertThat(again.backends().get(1).backSince()).isNotNull();
  }
}
