package dev.fairlead.pool.balance;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.balance.SimulatedTraffic.Load;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which balance keeps the backends' true load even although members know each other's counts only
 * as of a moment ago. Prints Markdown tables, the same for the same seed. {@code
 * bench/simulation.sh} runs it, {@code docs/cluster.md} reads it.
 */
public final class StalenessSimulation {
  private static final long DEFAULT_SEED = 20_261_122;

  private static final List<Balance> BALANCES =
      List.of(Balance.WEIGHTED_RANDOM, Balance.LEAST_CONNECTIONS, Balance.TWO_CHOICES);

  private static final List<Double> INTERVALS =
      List.of(SimulatedTraffic.AT_ONCE, 0.05, 0.25, 1.0, 3.0, SimulatedTraffic.NEVER);

  private static final String COLUMNS =
      " | balance | at once | 50 ms | 250 ms | 1 s | 3 s | never |\n|---|---|---|---|---|---|---|---|";

  private static final List<Size> SIZES =
      List.of(new Size(3, 4), new Size(10, 20), new Size(30, 8));

  private static final List<Workload> WORKLOADS =
      List.of(
          new Workload("Held: 100 sessions a backend, each for 60 s", new Load(60, 100), 2),
          new Workload("Busy: 300 sessions a backend, each for 2 s", new Load(2, 300), 0.11),
          new Workload("Short: 20 sessions a backend, each for 0.1 s", new Load(0.1, 20), 0.11));

  private static final Load JOINED = new Load(10, 300);

  /** A backend joins so many times: one throw of the dice would say little. */
  private static final int JOINS = 10;

  private final long seed;

  /**
   * @param step seconds from look to look
   */
  private record Workload(String title, Load load, double step) {}

  private record Size(int members, int backends) {
    int[] equal() {
      return PoolFixture.equalWeights(backends);
    }

    /** 1, 2, 3, 4, 1, 2 and so on. */
    int[] unequal() {
      return IntStream.range(0, backends).map(backend -> 1 + backend % 4).toArray();
    }

    @Override
    public String toString() {
      return members + " x " + backends;
    }
  }

  /** One cell of a table: a new cluster is made, used and described. */
  private interface Cell {
    Object of(Balance balance, double interval);
  }

  private StalenessSimulation(long seed) {
    this.seed = seed;
  }

  /** Takes one argument, the seed, which may be left out. */
  public static void main(String[] arguments) {
    long seed = arguments.length == 0 ? DEFAULT_SEED : Long.parseLong(arguments[0]);
    Locale.setDefault(Locale.ROOT);
    new StalenessSimulation(seed).print();
  }

  private void print() {
    for (Workload each : WORKLOADS) {
      head(each.title(), "members x backends, weights");
      for (Size size : SIZES) {
        rows(size + ", equal", steady(each, size.members(), size.equal()));
        rows(size + ", 1 to 4", steady(each, size.members(), size.unequal()));
      }
    }
    head("A backend joins empty: 300 sessions a backend, each for 10 s", "members x backends");
    SIZES.forEach(size -> rows(size.toString(), joins(size)));
  }

  private Cell steady(Workload workload, int members, int[] weights) {
    return (balance, interval) -> {
      SimulatedCluster cluster = new SimulatedCluster(balance, members, weights);
      SimulatedTraffic traffic = new SimulatedTraffic(cluster, workload.load(), interval, seed);
      return PeakOverMean.of(cluster, traffic, workload.step());
    };
  }

  private Cell joins(Size size) {
    return (balance, interval) ->
        Join.mean(
            IntStream.range(0, JOINS).mapToObj(i -> join(size, balance, interval, i)).toList());
  }

  private Join join(Size size, Balance balance, double interval, int which) {
    SimulatedCluster cluster = new SimulatedCluster(balance, size.members(), size.equal());
    return Join.of(cluster, new SimulatedTraffic(cluster, JOINED, interval, seed + which));
  }

  private static void head(String title, String firstColumn) {
    System.out.printf("%n**%s**%n%n| %s%s%n", title, firstColumn, COLUMNS);
  }

  private static void rows(String name, Cell cell) {
    for (Balance balance : BALANCES) {
      String cells =
          INTERVALS.stream()
              .map(interval -> cell.of(balance, interval).toString())
              .collect(Collectors.joining(" | "));
      System.out.printf("| %s | %s | %s |%n", name, balance.label(), cells);
    }
  }
}
