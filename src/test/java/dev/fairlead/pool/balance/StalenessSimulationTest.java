package dev.fairlead.pool.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.balance.SimulatedTraffic.Load;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulation may be believed: it repeats itself, and neither makes nor loses a session. */
class StalenessSimulationTest {
  private static final Load BUSY = new Load(2, 50);
  private final SimulatedCluster cluster =
      new SimulatedCluster(Balance.LEAST_CONNECTIONS, 3, new int[] {1, 2, 3});

  @Test
  void sameSeedSameResult() {
    assertThat(peakOverMean(7)).isEqualTo(peakOverMean(7)).isNotEqualTo(peakOverMean(8));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, Double.POSITIVE_INFINITY})
  void everySessionIsAtOneBackendOfOneMember(double interval) {
    SimulatedTraffic traffic = new SimulatedTraffic(cluster, BUSY, interval, 7);
    traffic.start(3);
    for (int i = 0; i < 100; i++) {
      traffic.pass(0.1);
      assertThat(cluster.load()).isEqualTo((int) (traffic.started() - traffic.ended()));
      for (int backend = 0; backend < 3; backend++) {
        assertThat(activeOfAll(backend)).isEqualTo(cluster.load(backend));
      }
    }
    assertThat(traffic.ended()).isPositive();
  }

  @Test
  void membersThatTellAtOnceKnowTheLoad() {
    SimulatedTraffic traffic = new SimulatedTraffic(cluster, BUSY, SimulatedTraffic.AT_ONCE, 7);
    traffic.start(3);
    traffic.pass(10);
    assertThat(cluster.believed(2, 1)).isEqualTo(cluster.load(1));
  }

  @Test
  void membersThatTellLaterBelieveTheRowsAndTheirOwnCount() {
    cluster.selected(0, 1);
    cluster.selected(2, 1);
    assertThat(cluster.believed(2, 1)).isEqualTo(1);
    cluster.tell(0);
    cluster.selected(0, 1);
    assertThat(cluster.believed(2, 1)).isEqualTo(2);
    assertThat(cluster.believed(0, 1)).isEqualTo(2);
    assertThat(cluster.load(1)).isEqualTo(3);
  }

  @Test
  void peakIsByWeight() {
    IntStream.range(0, 3).forEach(i -> cluster.selected(0, 0));
    IntStream.range(0, 3).forEach(i -> cluster.selected(1, 2));
    // Shares of the six sessions are 1, 2 and 3.
    assertThat(cluster.overMean(2)).isEqualTo(1);
    assertThat(cluster.peakOverMean()).isEqualTo(3);
  }

  private int activeOfAll(int backend) {
    return IntStream.range(0, 3).map(member -> cluster.active(member, backend)).sum();
  }

  private static PeakOverMean peakOverMean(long seed) {
    SimulatedCluster fresh =
        new SimulatedCluster(Balance.TWO_CHOICES, 3, PoolFixture.equalWeights(4));
    return PeakOverMean.of(fresh, new SimulatedTraffic(fresh, BUSY, 0.3, seed), 0.05);
  }
}
