package dev.fairlead.admin;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.live.TrafficWriter;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.PoolConfigs;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * What one stream of the page costs the member that is asked: 50 members and 500 backends of 20
 * pools, all of which have new numbers in each report. Prints the CPU time of a second for the
 * series alone, which every member keeps, and with one stream. Arguments: seconds of each part.
 */
public final class LiveLoad {
  private static final int MEMBERS = 50;
  private static final int POOLS = 20;
  private static final int BACKENDS_OF_POOL = 25;

  /** Repetitions without a pause, so that the code is compiled. */
  private static final int WARM_UP = 1_000;

  private final Random random = new Random(1);
  private final FakeTraffic traffic = new FakeTraffic();
  private final List<MemberInfo> members =
      IntStream.range(0, MEMBERS).mapToObj(i -> FakeMember.info("m" + i, "h:" + i)).toList();
  private final Pools pools = pools();
  private final AtomicLong bytes = new AtomicLong();

  private LiveLoad() {}

  private static Pools pools() {
    List<PoolConfig> configs = new ArrayList<>();
    int[] ports = IntStream.rangeClosed(1, BACKENDS_OF_POOL).map(i -> 9000 + i).toArray();
    for (int i = 0; i < POOLS; i++) {
      configs.add(PoolConfigs.pool("pool" + i, ports));
    }
    return Pools.NONE.next(configs);
  }

  public static void main(String[] args) throws Exception {
    int seconds = args.length == 0 ? 60 : Integer.parseInt(args[0]);
    LiveLoad load = new LiveLoad();
    Vertx vertx = Vertx.vertx();
    FakeMember member =
        new FakeMember() {
          @Override
          public List<Pool> pools() {
            return load.pools.all();
          }
        };
    member.members = load.members;
    LiveFeed feed = new LiveFeed(new LiveSections(member, load.traffic.traffic));
    load.traffic.traffic.onStep(feed::sample);
    load.run("warm-up", WARM_UP, false);
    load.run("series, no stream", seconds, true);
    load.warmUp(new LiveSections(member, load.traffic.traffic));
    Runnable leave = feed.join(vertx, "none", load::take);
    load.run("series and one stream", seconds, true);
    leave.run();
    vertx.close().await();
  }

  /** Says too what one event of the stream costs when all of it is compiled. */
  private void warmUp(LiveSections sections) {
    LiveDocument document = new LiveDocument();
    long began = 0;
    for (int i = 0; i < WARM_UP; i++) {
      if (i == WARM_UP / 2) {
        began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      }
      pools.all().forEach(pool -> pool.backends().forEach(this::change));
      bytes.addAndGet(document.update(sections.get()).toBuffer().length());
    }
    long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began;
    System.out.printf(
        Locale.ROOT, "one event, all compiled: %.1f ms of CPU%n", nanos / 1e6 / (WARM_UP / 2));
  }

  private void take(Buffer frame) {
    bytes.addAndGet(frame.length());
  }

  /** Every second a fifth of the members report; all backends change. */
  private void run(String what, int seconds, boolean counts) throws InterruptedException {
    long before = cpuNanos();
    long bytesBefore = bytes.get();
    long reportNanos = 0;
    for (int second = 0; second < seconds; second++) {
      long began = cpuNanos();
      List<JsonObject> reports = new ArrayList<>();
      for (int i = second % 5; i < MEMBERS; i += 5) {
        reports.add(FakeTraffic.event("m" + i, this::write));
      }
      pools.all().forEach(pool -> pool.backends().forEach(this::change));
      // The making of reports is the other members' work.
      reportNanos += cpuNanos() - began;
      for (JsonObject each : reports) {
        if (each.getString("name").equals("m0")) {
          traffic.step(each, members);
        } else {
          traffic.traffic.accept(each);
        }
      }
      if (counts) {
        new CountDownLatch(1).await(1, TimeUnit.SECONDS);
      }
    }
    if (counts) {
      double millis = (cpuNanos() - before - reportNanos) / 1e6 / seconds;
      System.out.printf(
          Locale.ROOT,
          "%s: %.1f ms of CPU a second, %.0f KB a second%n",
          what,
          millis,
          (bytes.get() - bytesBefore) / 1e3 / seconds);
    }
  }

  private void change(Backend backend) {
    backend.othersActive(random.nextInt(1000));
  }

  private void write(TrafficWriter writer) {
    for (int i = 0; i < POOLS; i++) {
      writer.listener("listener" + i, some(), some(), some(), some(), 0);
      for (int port = 1; port <= BACKENDS_OF_POOL; port++) {
        String id = "127.0.0.1:" + (9000 + port);
        writer.backend(
            "pool" + i, id, some(), some(), some() * 1000, some() * 1000, 0, 8, some(), 9, some());
      }
    }
  }

  private long some() {
    return 1L + random.nextInt(1000);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
