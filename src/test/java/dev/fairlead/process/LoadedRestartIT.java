package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Program;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that members behind a load balancer are restarted one by one and no client waits for it.
 * Provoked by new connections, 2,500 in a second, given to the members whose {@code /readyz} says
 * 200, while each is stopped by SIGTERM and started again. A failure would look like a connection
 * without an answer, one that a member refused, or one that waited for longer than 100 ms while the
 * machine had time for those that go directly to the backend. Prints how long they waited.
 */
@Tag("slow")
class LoadedRestartIT {
  private static final List<String> MEMBERS = List.of("m1", "m2", "m3");

  /** In a second, at all members together. */
  private static final int RATE = Integer.getInteger("fairlead.rate", 2500);

  private static final Duration LONGEST = Duration.ofMillis(100);

  /** Sessions of each member before the first stops: all three start at once. */
  private static final int WARM = 2000;

  /**
   * A wait of the control that shows that the machine has no time: a client of a member waits for
   * processors in more threads, one after the other, than the control.
   */
  private static final Duration BUSY = Duration.ofMillis(50);

  /** So long before and after that the machine has no time either: members have a backlog. */
  private static final Duration BACKLOG = Duration.ofSeconds(1);

  /** Waits are the machine's where it had time in a smaller share of the seconds. */
  private static final double MOSTLY = 0.5;

  /** Six polls of the load balancer. */
  private static final String DELAY = "1s";

  @TempDir private Path directory;

  /** When a step began, in milliseconds of the load or, until it is told, some hundred more. */
  private final Map<Long, String> steps = new TreeMap<>();

  /** The port for clients by that of the admin listener. */
  private final Map<Integer, Integer> ports = new LinkedHashMap<>();

  private final int backend = FreePorts.next();

  private long beganNanos;

  /** One that was due at {@code at}, in milliseconds of the load. */
  private record Wait(double at, double millis, int port, int attempts) {
    private static List<Wait> of(JsonObject report, String name) {
      JsonArray list = report.getJsonObject(name).getJsonArray("long");
      return list.stream().map(JsonObject.class::cast).map(Wait::of).toList();
    }

    private static Wait of(JsonObject each) {
      return new Wait(
          each.getDouble("at_ms"),
          each.getDouble("waited_ms"),
          each.getInteger("port"),
          each.getInteger("attempts"));
    }

    private boolean isLongerThan(Duration limit) {
      return millis > limit.toMillis();
    }

    /** While {@code other} waited, or soon before or after it. */
    private boolean isNear(Wait other) {
      return other.at <= at + millis + BACKLOG.toMillis()
          && at <= other.at + other.millis + BACKLOG.toMillis();
    }
  }

  @Test
  void noClientWaitsWhileMembersAreRestartedOneByOne() throws Exception {
    Path program = NativeLoad.compile(directory);
    try (ClusterProcesses cluster = cluster();
        NativeLoad load = NativeLoad.startBalanced(program, backend, RATE)) {
      cluster.startAll();
      beganNanos = System.nanoTime();
      try (ReadyPolls polls = new ReadyPolls(ports, load::balanceOver)) {
        await("clients for all").until(() -> ports.values().stream().allMatch(polls::isIn));
        for (String name : MEMBERS) {
          await(name + " has served").until(() -> served(cluster, name) > WARM);
        }
        for (String name : MEMBERS) {
          restart(cluster, polls, name);
        }
        report(load.finish());
      }
    }
  }

  /** As a tarball is installed, with the archive that its launcher uses. */
  private Path launcher() throws IOException {
    Path jar = Files.createDirectory(directory.resolve("lib")).resolve("fairlead.jar");
    Files.copy(Path.of(System.getProperty("fairlead.jar")), jar);
    Path bin = Files.createDirectory(directory.resolve("bin"));
    for (String name : List.of("fairlead", "archive")) {
      Files.copy(Path.of("bin", name), bin.resolve(name));
    }
    Program.Answer archived = Program.run(directory, bin.resolve("archive").toString());
    assertThat(archived.exitCode()).as(archived.output()).isZero();
    return bin.resolve("fairlead");
  }

  private ClusterProcesses cluster() throws IOException {
    String document = ConfigFixture.on("127.0.0.1:${FAIRLEAD_PORT}", backend);
    ClusterProcesses cluster = new ClusterProcesses(directory, MEMBERS.size(), document);
    cluster.program(launcher()).jvm("-XX:TieredStopAtLevel=4");
    for (String name : MEMBERS) {
      int port = FreePorts.next();
      int admin = FreePorts.next();
      ports.put(admin, port);
      cluster
          .environment(name, "FAIRLEAD_PORT", port)
          .node(name, "admin: { port: " + admin + " }")
          .node(name, "shutdown: { delay: " + DELAY + " }");
    }
    return cluster;
  }

  private static double served(ClusterProcesses cluster, String name) {
    return cluster.member(name).metric("fairlead_sessions_total{listener=\"web\",pool=\"web\"}");
  }

  private void restart(ClusterProcesses cluster, ReadyPolls polls, String name) throws Exception {
    int port = cluster.member(name).port("web");
    step(name + " is told to stop");
    cluster.member(name).signal("TERM");
    await(name + " gets no clients").until(() -> !polls.isIn(port));
    step(name + " gets no clients");
    cluster.awaitEnd(name);
    step(name + " has ended");
    cluster.start(name);
    step(name + " is ready");
    await(name + " gets clients").until(() -> polls.isIn(port));
  }

  private void step(String what) {
    steps.put(Duration.ofNanos(System.nanoTime() - beganNanos).toMillis(), what);
  }

  private void report(JsonObject report) {
    long first = steps.keySet().iterator().next();
    List<Wait> waits =
        Wait.of(report, "waits").stream().filter(each -> each.at() >= first).toList();
    List<Wait> tooLong = waits.stream().filter(each -> each.isLongerThan(LONGEST)).toList();
    List<Wait> control = Wait.of(report, "control");
    List<Wait> busy = control.stream().filter(each -> each.isLongerThan(BUSY)).toList();
    List<Wait> ours =
        tooLong.stream().filter(each -> busy.stream().noneMatch(each::isNear)).toList();
    double calm = calm(report.getDouble("seconds"), busy);
    print("%d connections in %.0f s", report.getInteger("operations"), report.getDouble("seconds"));
    print("%d without an answer", report.getInteger("errors"));
    print("%d refused by a member", report.getInteger("retried"));
    print("p99 %.1f ms", report.getDouble("p99_us") / 1000);
    print("p99.9 %.1f ms", report.getDouble("p999_us") / 1000);
    print("longest from the first stop on %.0f ms, of the control %.0f", max(waits), max(control));
    print("%d longer than %d ms", tooLong.size(), LONGEST.toMillis());
    print("%d of them while the machine had time: %.0f %% of it", ours.size(), 100 * calm);
    print("%s", steps);
    assertThat(report.getInteger("operations")).isPositive();
    assertThat(report.getInteger("errors")).as("connections without an answer").isZero();
    assertThat(report.getInteger("retried")).as("connections that a member refused").isZero();
    if (calm > MOSTLY) {
      assertThat(ours).as("waits while the machine had time, of the steps " + steps).isEmpty();
    }
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private static double max(List<Wait> waits) {
    return waits.stream().mapToDouble(Wait::millis).max().orElse(0);
  }

  /** The share of the seconds in which the machine had time. */
  private static double calm(double seconds, List<Wait> busy) {
    return LongStream.range(0, (long) seconds)
            .mapToObj(second -> new Wait(1000.0 * second, 1000, 0, 0))
            .filter(second -> busy.stream().noneMatch(second::isNear))
            .count()
        / seconds;
  }
}
