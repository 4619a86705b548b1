package dev.fairlead.session;

import dev.fairlead.admission.AccessList;
import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.admission.SourceCount;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.limit.PoolLimiter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
 * What one admitted connection costs with every limit there is, none of them reached: all that
 * {@link SessionLoop#open} and {@link SessionAccount} ask when it comes, and all that they give
 * back when it ends. The limits are the cluster's, and this member holds the whole of them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class AdmissionBenchmark {
  private static final int NETWORKS = 1000;
  private static final int CLIENTS = 1 << 12;
  private static final int BACKENDS = 8;
  private static final int MOST = 10_000;

  /** The bucket fills faster than anybody can take from it: a token each nanosecond. */
  private static final int NEVER_REACHED = 1_000_000_000;

  @Param({"v4", "v6"})
  public String family;

  private final InetSocketAddress[] clients = new InetSocketAddress[CLIENTS];
  private final Limiters limiters = new Limiters();
  private final ListenerLimiter limiter = limiters.listener("web");
  private final PoolLimiter poolLimiter = limiters.pool("web");
  private final AtomicInteger threads = new AtomicInteger();
  private AccessList access;
  private Pool pool;

  /** Where one thread is among the clients; each begins elsewhere. */
  @State(Scope.Thread)
  public static class Turn {
    private int client;

    @Setup
    public void setUp(AdmissionBenchmark shared) {
      client = shared.threads.getAndIncrement() * CLIENTS / 2;
    }
  }

  @Setup
  public void setUp() {
    List<Cidr> networks = IntStream.range(0, NETWORKS).mapToObj(this::network).toList();
    access = AccessList.of(new AccessConfig(networks, List.of()));
    for (int i = 0; i < CLIENTS; i++) {
      InetAddress network = networks.get(i * 7 % NETWORKS).network();
      clients[i] = new InetSocketAddress(network, 40_000);
    }
    limiter.configure(
        new ListenerLimits(
            MOST, MOST, NEVER_REACHED, LimitScope.CLUSTER, QueueConfig.NONE, RefuseWith.FIN));
    pool = Pools.NONE.next(List.of(poolConfig())).pool("web");
    poolLimiter.configure(pool);
    limiters.leased().forEach(each -> each.allow(each.limit()));
  }

  /** Apart from each other, so that none of them are one. */
  private Cidr network(int number) {
    int apart = 2 * number;
    return Cidr.of(
        family.equals("v4")
            ? "10." + (apart >> 8) + "." + (apart & 0xff) + ".0/24"
            : "2001:db8:" + Integer.toHexString(apart) + "::/48");
  }

  private static PoolConfig poolConfig() {
    List<BackendConfig> backends =
        IntStream.range(0, BACKENDS).mapToObj(i -> PoolFixture.backend("10.0.0." + i)).toList();
    PoolConfig byDefault = PoolFixture.config("web", Balance.TWO_CHOICES, backends);
    return new PoolConfig(
        byDefault.name(),
        byDefault.balance(),
        backends,
        byDefault.discovery(),
        byDefault.health(),
        byDefault.outlier(),
        byDefault.slowStart(),
        byDefault.connect(),
        byDefault.timeouts(),
        new PoolLimits(MOST, MOST, LimitScope.CLUSTER, QueueConfig.NONE),
        null,
        null,
        byDefault.whenDown(),
        byDefault.onBackendDown(),
        byDefault.closing(),
        byDefault.rebalance(),
        byDefault.stickiness(),
        byDefault.agent(),
        byDefault.replies());
  }

  @Benchmark
  public Backend comeAndGo(Turn turn) {
    turn.client = (turn.client + 1) & (CLIENTS - 1);
    InetSocketAddress client = clients[turn.client];
    InetAddress address = client.getAddress();
    mustBe(access.admits(address));
    SourceCount ofSource = limiter.sources().tryTake(address);
    mustBe(ofSource != null);
    mustBe(limiter.rate().tryTake());
    mustBe(limiter.connections().tryTake());
    Backend backend = poolLimiter.trySelect(client, List.of(), false);
    mustBe(backend != null);

    poolLimiter.released(backend);
    poolLimiter.left();
    limiter.connections().giveBack();
    ofSource.release();
    return backend;
  }

  private static void mustBe(boolean admitted) {
    if (!admitted) {
      throw new IllegalStateException("a limit was reached");
    }
  }
}
