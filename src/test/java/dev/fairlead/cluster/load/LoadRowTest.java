package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.Allocations;
import dev.fairlead.testkit.PoolConfigs;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadRowTest {
  private static final String FIRST = "web/127.0.0.1:9001";
  private static final String SECOND = "web/127.0.0.1:9002";

  private final LoadRow row = new LoadRow();

  private static Pools pools(int... ports) {
    return Pools.NONE.next(List.of(PoolConfigs.pool("web", ports)));
  }

  private static Backend backend(Pools pools, int index) {
    return pools.pool("web").backends().get(index);
  }

  @Test
  void changesAreDifferencesAndTheWholeRowHasNonzeroCounts() {
    Pools pools = pools(9001, 9002);
    row.follow(pools.all());
    assertThat(row.changes()).isEmpty();
    backend(pools, 0).trySelect();
    backend(pools, 0).trySelect();
    backend(pools, 1).trySelect();
    assertThat(row.changes().getMap()).containsOnly(entry(FIRST, 2), entry(SECOND, 1));
    backend(pools, 1).released();
    assertThat(row.whole().getMap()).containsOnly(entry(FIRST, 2), entry(SECOND, 1));
    assertThat(row.changes().getMap()).containsOnly(entry(SECOND, null));
    assertThat(row.whole().getMap()).containsOnly(entry(FIRST, 2));
    assertThat(row.changes()).isEmpty();
  }

  @Test
  void replacedBackendKeepsItsCountAndARemovedOneLosesIt() {
    Pools before = pools(9001, 9002);
    row.follow(before.all());
    backend(before, 0).trySelect();
    backend(before, 1).trySelect();
    row.changes();
    Pools after = before.next(List.of(PoolConfigs.pool("web", 9002, 9003)));
    row.follow(after.all());
    assertThat(row.changes().getMap()).containsOnly(entry(FIRST, null));
    assertThat(row.whole().getMap()).containsOnly(entry(SECOND, 1));
    row.follow(after.next(List.of(PoolConfigs.pool("web", 9001))).all());
    assertThat(row.changes().getMap()).containsOnly(entry(FIRST, 1), entry(SECOND, null));
  }

  @Test
  void lookingAtAThousandBackendsAllocatesNothingForEach() {
    row.follow(pools(IntStream.rangeClosed(1, 1000).toArray()).all());
    long allocated = Allocations.ofSecondRun(() -> look(1000));
    // An empty object a look, not a byte a backend.
    assertThat(allocated / 1000).isLessThan(1000);
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(row.changes().isEmpty()).isTrue();
    }
  }

  private static Map.Entry<String, Object> entry(String key, Object value) {
    return new AbstractMap.SimpleEntry<>(key, value);
  }
}
