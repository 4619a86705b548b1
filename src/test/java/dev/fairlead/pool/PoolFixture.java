package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.balance.Candidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Pools as a test wants them. */
public final class PoolFixture {
  private PoolFixture() {}

  public static PoolConfig config(String name, Balance balance, List<BackendConfig> backends) {
    return PoolConfig.byDefault(name, balance, backends);
  }

  /** Enabled, weight 1. */
  public static BackendConfig backend(String host) {
    return backend(host, 1, State.ENABLED);
  }

  public static BackendConfig backend(String host, int weight, State state) {
    return new BackendConfig(host, 9001, null, weight, state);
  }

  /** A pool {@code web} with one enabled backend per weight: 10.0.0.0, 10.0.0.1 and so on. */
  public static Pool pool(Balance balance, int... weights) {
    List<BackendConfig> backends = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      String host = "10." + (i >> 16) + "." + (i >> 8 & 0xff) + "." + (i & 0xff);
      backends.add(backend(host, weights[i], State.ENABLED));
    }
    return Pools.NONE.next(List.of(config("web", balance, backends))).pool("web");
  }

  /** The eligible ones of {@code backends}, each with its configured weight. */
  public static Candidates candidates(List<Backend> backends) {
    List<Backend> eligible = backends.stream().filter(Backend::eligible).toList();
    return Candidates.of(
        eligible, eligible.stream().mapToLong(backend -> backend.config().weight()).toArray());
  }

  public static int[] equalWeights(int backends) {
    int[] weights = new int[backends];
    Arrays.fill(weights, 1);
    return weights;
  }

  /** 1 to 1000, far apart and coprime: 1, 8, 15 and so on. */
  public static int[] skewedWeights(int backends) {
    return IntStream.range(0, backends).map(i -> 1 + i * 7 % 1000).toArray();
  }
}
