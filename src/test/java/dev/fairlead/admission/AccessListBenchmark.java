package dev.fairlead.admission;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import java.net.InetAddress;
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

/**
 * What a look-up costs with 100,000 networks that are denied, and what making the list costs. In a
 * heap that is touched already: else each copy of an IPv6 address is made in memory that the kernel
 * has to give first, which costs more than the look-up.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AccessListBenchmark {
  private static final int CLIENTS = 1 << 14;

  /** The networks, half of them IPv4, half IPv6. */
  @State(Scope.Benchmark)
  public static class Networks {
    @Param("100000")
    public int networks;

    AccessConfig config;

    @Setup
    public void setUp() {
      List<Cidr> deny = RandomNetworks.mixed(networks, new SplittableRandom(1));
      config = new AccessConfig(List.of(), deny);
    }
  }

  /** Clients of one kind that are all in one of the networks, or none of them is. */
  @State(Scope.Benchmark)
  public static class Clients {
    @Param({"v4", "v6"})
    public String family;

    @Param({"hit", "miss"})
    public String answer;

    final InetAddress[] clients = new InetAddress[CLIENTS];
    AccessList list;

    /** The next client; one thread asks unless {@code -t} says more, and a race is harmless. */
    int client;

    @Setup
    public void setUp(Networks networks) {
      boolean v6 = family.equals("v6");
      SplittableRandom random = new SplittableRandom(2);
      list = AccessList.of(networks.config);
      for (int i = 0; i < CLIENTS; ) {
        InetAddress client =
            answer.equals("hit")
                ? networks.config.deny().get(random.nextInt(networks.networks)).network()
                : RandomNetworks.address(v6, random);
        // A copy: a client's address is new, and not somewhere in memory.
        clients[i] = RandomNetworks.of(client.getAddress());
        boolean counts = clients[i].getAddress().length == (v6 ? 16 : 4);
        i += counts && list.admits(clients[i]) == answer.equals("miss") ? 1 : 0;
      }
    }
  }

  @Benchmark
  public boolean admits(Clients clients) {
    clients.client = (clients.client + 1) & (CLIENTS - 1);
    return clients.list.admits(clients.clients[clients.client]);
  }

  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public AccessList make(Networks networks) {
    return AccessList.of(networks.config);
  }
}
