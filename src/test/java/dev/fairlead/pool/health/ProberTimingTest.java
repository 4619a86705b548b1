package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.health.RiseFall.ProbeVerdict;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When probes start, on a clock that the test moves. The name is never resolved: no socket. */
class ProberTimingTest {
  private static final Duration STEP = Duration.ofMillis(1);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel host = EmbeddedChannel.builder().ticker(ticker).build();
  private final List<Long> probedMillis = new ArrayList<>();

  @Test
  void theFirstProbeComesWithinHalfASecondAtRandom() {
    List<Long> firsts = new ArrayList<>();
    for (int seed = 0; seed < 50; seed++) {
      probedMillis.clear();
      long startedAt = ticker.nanoTime();
      Prober prober = prober(Duration.ofSeconds(10), seed);
      pass(Duration.ofMillis(600));
      assertThat(probedMillis).hasSize(1);
      firsts.add(probedMillis.get(0) - TimeUnit.NANOSECONDS.toMillis(startedAt));
      prober.stop();
    }
    assertThat(firsts).allMatch(first -> first >= 0 && first <= 501);
    assertThat(firsts.stream().distinct().count()).as("different ones").isGreaterThan(30);
  }

  @Test
  void theFirstProbeComesWithinAShorterInterval() {
    for (int seed = 0; seed < 50; seed++) {
      probedMillis.clear();
      Prober prober = prober(Duration.ofMillis(100), seed);
      pass(Duration.ofMillis(101));
      assertThat(probedMillis).isNotEmpty();
      prober.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 2000})
  void theIntervalVariesByATwentieth(int intervalMillis) {
    prober(Duration.ofMillis(intervalMillis), 1);
    pass(Duration.ofMillis(intervalMillis * 200L));
    List<Long> gaps = gaps();
    assertThat(gaps).hasSizeBetween(185, 212);
    assertThat(gaps)
        .allMatch(gap -> gap >= intervalMillis * 0.95 - 1 && gap <= intervalMillis * 1.05 + 1);
    assertThat(gaps.stream().mapToLong(gap -> gap).min().orElseThrow())
        .isLessThan(intervalMillis * 97L / 100);
    assertThat(gaps.stream().mapToLong(gap -> gap).max().orElseThrow())
        .isGreaterThan(intervalMillis * 103L / 100);
  }

  @Test
  void theIntervalsOfTheWayDownAndOfBeingDownAreUsed() {
    Probed probed =
        Probed.by(HealthConfig.Type.TCP, "backend.invalid", 80)
            .every(Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofSeconds(8));
    prober(probed, 1).start(ProbeVerdict.UP);
    pass(Duration.ofSeconds(30));
    List<Long> gaps = gaps();
    assertThat(gaps.get(0)).as("after the first failure of three").isBetween(189L, 211L);
    assertThat(gaps.get(1)).as("after the second").isBetween(189L, 211L);
    assertThat(gaps.get(2)).as("down").isBetween(7599L, 8401L);
    assertThat(gaps.get(3)).as("still down").isBetween(7599L, 8401L);
  }

  @Test
  void nothingRunsAfterTheStop() {
    Prober prober = prober(Duration.ofMillis(100), 1);
    pass(Duration.ofSeconds(1));
    int before = probedMillis.size();
    prober.stop();
    prober.stop();
    pass(Duration.ofSeconds(1));
    assertThat(before).isPositive();
    assertThat(probedMillis).hasSize(before);
  }

  private List<Long> gaps() {
    return IntStream.range(1, probedMillis.size())
        .mapToObj(i -> probedMillis.get(i) - probedMillis.get(i - 1))
        .toList();
  }

  private Prober prober(Duration interval, int seed) {
    Probed probed = Probed.by(HealthConfig.Type.TCP, "backend.invalid", 80).every(interval);
    Prober prober = prober(probed, seed);
    prober.start(ProbeVerdict.UNKNOWN);
    return prober;
  }

  private Prober prober(Probed probed, int seed) {
    ProbeLoop loop =
        new ProbeLoop(
            host.eventLoop(),
            Transport.of(TransportKind.NIO),
            Runnable::run,
            pool -> null,
            new Random(seed),
            ticker::nanoTime);
    return new Prober(loop, probed.object(), probed.pool(), new Times());
  }

  private void pass(Duration time) {
    for (long i = 0; i < time.toMillis(); i++) {
      ticker.advance(STEP.toNanos(), TimeUnit.NANOSECONDS);
      host.runScheduledPendingTasks();
    }
  }

  private final class Times implements Prober.ProbeListener {
    @Override
    public void probed(Backend backend, CheckResult result) {
      assertThat(result).isEqualTo(CheckResult.failed("name not resolved"));
      probedMillis.add(TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime()));
    }

    @Override
    public void changed(Backend backend, ProbeVerdict verdict, String reason) {
      assertThat(verdict).isEqualTo(ProbeVerdict.DOWN);
    }
  }
}
