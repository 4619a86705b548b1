package dev.fairlead.admission;

import java.net.InetAddress;
import java.util.ArrayList;
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

/** What a limit of each source costs a connection: taken when it comes, released when it ends. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class SourceLimitBenchmark {
  private static final int MAX = 100;
  private static final int BOUND = 100_000;

  /** More than the bound, so that none is known any more when its turn comes again. */
  private static final int STRANGERS = 1 << 20;

  @Param({"10000"})
  public int sources;

  private final SourceLimit known = new SourceLimit("web");
  private final SourceLimit full = new SourceLimit("web");
  private final SourceLimit busy = new SourceLimit("web");
  private final List<InetAddress> regulars = new ArrayList<>();
  private final List<InetAddress> strangers = new ArrayList<>();

  /** The next client; one thread takes unless {@code -t} says more, and then a race is harmless. */
  private int client;

  @Setup
  public void setUp() {
    List.of(known, full, busy).forEach(limit -> limit.configure(MAX, true));
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < sources; i++) {
      InetAddress source = Addresses.v4(random.nextInt(1 << 24));
      regulars.add(source);
      known.tryTake(source);
    }
    for (int i = 0; i < STRANGERS; i++) {
      strangers.add(Addresses.v4(i));
    }
    for (int i = 0; i < BOUND; i++) {
      full.tryTake(strangers.get(i)).release();
      busy.tryTake(strangers.get(i));
    }
  }

  /** Of a source that has another connection. */
  @Benchmark
  public void knownSource() {
    client = (client + 1) % sources;
    known.tryTake(regulars.get(client)).release();
  }

  /** Of an unknown source, which evicts an idle one. */
  @Benchmark
  public void newSource() {
    client = (client + 1) & (STRANGERS - 1);
    full.tryTake(strangers.get(client)).release();
  }

  /** The same, kept open: in the end all have connections, and one of them is pushed out. */
  @Benchmark
  public SourceCount newSourceAmongBusyOnes() {
    client = (client + 1) & (STRANGERS - 1);
    return busy.tryTake(strangers.get(client));
  }
}
