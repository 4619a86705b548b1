package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.PoolConfigs;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerCountsTest {
  private final LoadRow row = new LoadRow();
  private final PeerCounts sums = new PeerCounts(row::receiver);
  private final Pools pools = Pools.NONE.next(List.of(PoolConfigs.pool("web", 9001, 9002)));

  private static JsonObject counts(Object first, Object second) {
    return new JsonObject().put("web/127.0.0.1:9001", first).put("web/127.0.0.1:9002", second);
  }

  private static List<Integer> cluster(Pools pools) {
    return pools.pool("web").backends().stream().map(one -> one.clusterActive()).toList();
  }

  private void follow(Pools inForce) {
    row.follow(inForce.all());
    sums.follow();
  }

  @Test
  void sumsFollowEveryChange() {
    follow(pools);
    sums.changed("a", counts(2, 3));
    sums.changed("b", counts(10, null));
    assertThat(cluster(pools)).containsExactly(12, 3);
    sums.changed("a", counts(1, null));
    assertThat(cluster(pools)).containsExactly(11, 0);
    sums.gone("b");
    sums.gone("b");
    assertThat(cluster(pools)).containsExactly(1, 0);
    sums.second();
    assertThat(cluster(pools)).containsExactly(1, 0);
  }

  @Test
  void newBackendIsGivenThePeersSumAtOnce() {
    sums.changed("a", counts(2, 3));
    follow(pools);
    assertThat(cluster(pools)).containsExactly(2, 3);
    sums.changed("a", new JsonObject().put("web/127.0.0.1:9003", 4));
    Pools next = pools.next(List.of(PoolConfigs.pool("web", 9003, 9002)));
    follow(next);
    assertThat(cluster(next)).containsExactly(4, 3);
  }

  @Test
  void valueThatIsNoCountIsZero() {
    follow(pools);
    sums.changed("a", counts("many", -5));
    assertThat(cluster(pools)).containsExactly(0, 0);
    sums.changed("a", counts(1, 1));
    assertThat(cluster(pools)).containsExactly(1, 1);
  }

  @Test
  void sumsAreComputedAnewEverySecond() {
    follow(pools);
    sums.changed("a", counts(2, 3));
    pools.pool("web").backends().get(0).othersActive(99);
    sums.second();
    assertThat(cluster(pools)).containsExactly(2, 3);
  }
}
