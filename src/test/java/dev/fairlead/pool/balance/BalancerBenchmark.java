package dev.fairlead.pool.balance;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one choice costs, as a session makes it: a pick, over backends with sessions. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class BalancerBenchmark {
  private static final int CLIENTS = 1 << 12;

  @Param public Balance balance;

  @Param({"10", "1000", "100000"})
  public int backends;

  @Param({"equal", "skewed"})
  public String weights;

  private final SocketAddress[] clients = new SocketAddress[CLIENTS];
  private Pool pool;

  /** The next client; one thread picks unless {@code -t} says more, and then a race is harmless. */
  private int client;

  @Setup
  public void setUp() throws UnknownHostException {
    int[] each =
        weights.equals("equal")
            ? PoolFixture.equalWeights(backends)
            : PoolFixture.skewedWeights(backends);
    pool = PoolFixture.pool(balance, each);
    SplittableRandom random = new SplittableRandom(1);
    for (Backend backend : pool.backends()) {
      for (int sessions = random.nextInt(20); sessions > 0; sessions--) {
        backend.trySelect();
      }
    }
    for (int i = 0; i < CLIENTS; i++) {
      byte[] address = new byte[4];
      random.nextBytes(address);
      clients[i] = new InetSocketAddress(InetAddress.getByAddress(address), 40_000);
    }
  }

  @Benchmark
  public Backend pick() {
    client = (client + 1) & (CLIENTS - 1);
    return pool.pick(clients[client], List.of());
  }
}
