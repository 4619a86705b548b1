package dev.fairlead.pool.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundRobinTest {

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "1         | a",
        "7         | a",
        "1 1       | ab",
        "4 4 4     | abc",
        "2 1       | aba",
        "3 1       | abaa",
        "5 1 1     | abaacaa",
        "1 2 3     | cbcabc",
        "10 20 30  | cbcabc",
        "2 2 1     | abcab",
        "6 1 1 1 1 | abacaadaea"
      })
  void sequenceIsSmooth(String weights, String expected) {
    int[] each = Arrays.stream(weights.trim().split(" ")).mapToInt(Integer::parseInt).toArray();
    Pool pool = PoolFixture.pool(Balance.ROUND_ROBIN, each);
    for (int turn = 0; turn < 3; turn++) {
      assertThat(letters(pool, expected.length())).isEqualTo(expected);
    }
  }

  @Property
  void everyBackendIsCloseToItsShareAtEverySlot(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 1000) Integer> weights) {
    int[] each = weights.stream().mapToInt(Integer::intValue).toArray();
    int[] sequence = SmoothSequence.of(each);
    double sum = Arrays.stream(each).sum();
    assertThat(sum % sequence.length).isZero();
    int[] visits = new int[each.length];
    for (int slot = 0; slot < sequence.length; slot++) {
      visits[sequence[slot]]++;
      for (int i = 0; i < each.length; i++) {
        double due = (slot + 1) * each[i] / sum;
        if (visits[i] >= due + 1 || visits[i] <= due - 2) {
          throw new AssertionError("slot " + slot + " backend " + i + ": " + visits[i]);
        }
      }
    }
    for (int i = 0; i < each.length; i++) {
      assertThat(visits[i]).isEqualTo((int) (each[i] * sequence.length / sum));
    }
  }

  @Test
  void hugeSumsAreScaledAndNobodyIsDropped() {
    int[] weights = new int[5000];
    Arrays.fill(weights, 999);
    Arrays.fill(weights, 0, 100, 1);
    int[] sequence = SmoothSequence.of(weights);
    assertThat(sequence.length)
        .isBetween(SmoothSequence.MAX_SLOTS / 2, SmoothSequence.MAX_SLOTS + weights.length);
    long[] visits = new long[weights.length];
    Arrays.stream(sequence).forEach(i -> visits[i]++);
    assertThat(Arrays.stream(visits, 0, 100)).containsOnly(1L);
    assertThat(Arrays.stream(visits, 100, 5000)).containsOnly(214L); // 999 * 2^20 / 4895200
  }

  @Test
  void positionGoesOnWhereItWasBelowZeroToo() {
    Pool pool = PoolFixture.pool(Balance.ROUND_ROBIN, 1, 1, 1);
    AtomicLong position = new AtomicLong(Long.MAX_VALUE - 1);
    Balancer balancer = new RoundRobin(PoolFixture.candidates(pool.backends()), position);
    for (int i = 0; i < 10; i++) {
      assertThat(balancer.pick(null, null)).isNotNull();
    }
    assertThat(position.get()).isEqualTo(Long.MIN_VALUE + 8);
  }

  @Test
  void threadsShareOneSequence() throws Exception {
    int threads = 8;
    int turnsEach = 5000;
    Pool pool = PoolFixture.pool(Balance.ROUND_ROBIN, 5, 1, 2);
    CountDownLatch start = new CountDownLatch(1);
    Callable<Void> picks =
        () -> {
          start.await();
          for (int i = 0; i < turnsEach * 8; i++) {
            pool.pick(null, List.of()).trySelect();
          }
          return null;
        };
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(executor.submit(picks));
      }
      start.countDown();
      for (Future<Void> each : all) {
        each.get();
      }
    } finally {
      executor.shutdownNow();
    }
    int turns = threads * turnsEach;
    assertThat(pool.backends())
        .extracting(Backend::active)
        .containsExactly(5 * turns, turns, 2 * turns);
  }

  private static String letters(Pool pool, int picks) {
    List<Backend> picked = new ArrayList<>();
    for (int i = 0; i < picks; i++) {
      picked.add(pool.pick(null, List.of()));
    }
    return picked.stream()
        .map(backend -> String.valueOf((char) ('a' + pool.backends().indexOf(backend))))
        .collect(Collectors.joining());
  }
}
