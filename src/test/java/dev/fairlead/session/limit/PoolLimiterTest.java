package dev.fairlead.session.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.WaitQueue;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.PoolSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ensured: no backend and no pool has more sessions than its limit, none is selected twice for one
 * session, and what one session gives back the next one gets.
 *
 * <p>Provoked: full backends, full pools, queues and reloads between two selections.
 *
 * <p>A failure looks like: a count above its limit, a tried backend that comes again, or a place
 * that stays taken.
 */
class PoolLimiterTest {
  private static final QueueConfig QUEUE = new QueueConfig(5, Duration.ofSeconds(5));

  private final PoolLimiter limiter = new PoolLimiter("web", needed -> {});
  private Pools pools = Pools.NONE;

  @Test
  void onlyABackendWithRoomIsSelected() {
    configure(primaryAndBackup(), new PoolLimits(0, 1, LimitScope.MEMBER, QUEUE));
    Backend first = select(List.of(), false);
    assertThat(first).isSameAs(backend(0));
    assertThat(select(List.of(), false)).as("a backup is for failures only").isNull();
    limiter.released(first);
    limiter.left();
    assertThat(select(List.of(), false)).isSameAs(first);
  }

  @Test
  void selectionThatFindsNoBackendTakesNoPlaceOfThePool() {
    configure(primaryAndBackup(), new PoolLimits(2, 1, LimitScope.MEMBER, QUEUE));
    select(List.of(), false);
    for (int i = 0; i < 5; i++) {
      assertThat(select(List.of(), false)).isNull();
    }
    assertThat(connections().inUse()).isEqualTo(1);
  }

  @Test
  void sessionThatIsCountedAtThePoolTakesNoSecondPlace() {
    configure(primaryAndBackup(), new PoolLimits(1, 0, LimitScope.MEMBER, QUEUE));
    Backend first = select(List.of(), false);
    limiter.released(first);
    assertThat(select(List.of(first), true)).isSameAs(backend(1));
    assertThat(connections().inUse()).isEqualTo(1);
    assertThat(select(List.of(), false)).isNull();
  }

  @Test
  void triedBackendIsNotSelectedAgainAfterAReload() {
    configure(primaryAndBackup(), PoolLimits.NONE);
    Backend first = select(List.of(), false);
    limiter.released(first);
    configure(primaryAndBackup().connect(Duration.ofSeconds(1), 2), PoolLimits.NONE);
    assertThat(backend(0)).as("a reload makes another object").isNotSameAs(first);
    assertThat(select(List.of(first), true)).isSameAs(backend(1));
  }

  @Test
  void triedBackendThatWasRemovedKeepsNoOtherOut() {
    configure(primaryAndBackup(), PoolLimits.NONE);
    Backend first = select(List.of(), false);
    limiter.released(first);
    configure(new PoolSettings().backend(9003), PoolLimits.NONE);
    assertThat(select(List.of(first), true)).isSameAs(backend(0));
  }

  @Test
  void newcomerDoesNotOvertakeTheQueue() {
    configure(primaryAndBackup(), new PoolLimits(1, 0, LimitScope.MEMBER, QUEUE));
    Backend first = select(List.of(), false);
    Waiting waiting = new Waiting();
    assertThat(limiter.join(waiting)).isTrue();
    assertThat(limiter.unmetDemand()).isEqualTo(1);
    limiter.released(first);
    assertThat(waiting.selected).as("the pool is full until the session has left it").isNull();
    limiter.left();
    assertThat(waiting.selected).isNotNull();
    assertThat(select(List.of(), false)).isNull();
    assertThat(connections().inUse()).isEqualTo(1);
  }

  @Test
  void limitThatIsTakenAwayAdmitsTheQueue() {
    configure(primaryAndBackup(), new PoolLimits(0, 1, LimitScope.MEMBER, QUEUE));
    select(List.of(), false);
    Waiting waiting = new Waiting();
    limiter.join(waiting);
    configure(primaryAndBackup(), PoolLimits.NONE);
    assertThat(waiting.selected).isSameAs(backend(0));
    assertThat(limiter.leased().toList()).hasSize(1);
  }

  @Test
  void removedPoolHasNoLimitsLeft() {
    configure(primaryAndBackup(), new PoolLimits(1, 1, LimitScope.CLUSTER, QUEUE));
    assertThat(limiter.leased().map(Leased::limit)).containsOnly(1);
    limiter.remove();
    assertThat(limiter.leased().map(Leased::limit)).containsOnly(0);
  }

  @Test
  void sharedLimitsHaveTheirKeysInTheCluster() {
    configure(primaryAndBackup(), new PoolLimits(1, 1, LimitScope.CLUSTER, QUEUE));
    assertThat(limiter.leased().map(Leased::key))
        .containsExactlyInAnyOrder(
            "pool/web/connections",
            "pool/web/backend/127.0.0.1:9001",
            "pool/web/backend/127.0.0.1:9002");
  }

  @Test
  void permitsOfABackendAdmitTheQueueAndExhaustionRefusesIt() {
    configure(primaryAndBackup(), new PoolLimits(0, 5, LimitScope.CLUSTER, QueueConfig.NONE));
    assertThat(select(List.of(), false)).as("nothing is granted yet").isNull();
    Waiting first = new Waiting();
    Waiting second = new Waiting();
    assertThat(limiter.join(first)).isTrue();
    assertThat(limiter.join(second)).isTrue();
    Leased ofBackend = leased("pool/web/backend/127.0.0.1:9001");
    assertThat(ofBackend.wanted()).isBetween(2, 3);
    ofBackend.allow(1);
    assertThat(first.selected).isSameAs(backend(0));
    assertThat(second.selected).isNull();
    limiter.leased().forEach(each -> each.exhausted(true));
    assertThat(second.refused).isTrue();
  }

  private static PoolSettings primaryAndBackup() {
    return new PoolSettings().backend(9001).backup(9002);
  }

  private void configure(PoolSettings pool, PoolLimits limits) {
    pools = pools.next(List.of(pool.limits(limits).config()));
    limiter.configure(pools.pool("web"));
  }

  private Backend select(List<Backend> tried, boolean counted) {
    return limiter.trySelect(null, tried, counted);
  }

  private Backend backend(int index) {
    return pools.pool("web").backends().get(index);
  }

  private Leased connections() {
    return leased("pool/web/connections");
  }

  private Leased leased(String key) {
    return limiter.leased().filter(each -> each.key().equals(key)).findFirst().orElseThrow();
  }

  private final class Waiting extends WaitQueue.Waiter {
    private Backend selected;
    private boolean refused;

    @Override
    protected boolean tryEnter() {
      selected = limiter.trySelectInTurn(null);
      return selected != null;
    }

    @Override
    protected void entered() {}

    @Override
    protected void turnedAway() {
      refused = true;
    }

    @Override
    protected void failed(Throwable bug) {
      throw new AssertionError(bug);
    }
  }
}
