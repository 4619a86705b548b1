package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterKeys;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.Namespaces;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import dev.fairlead.testkit.UnixDoor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Processes of the jar, m1 and so on, each on a host of its own if there are {@link Namespaces},
 * else all on 127.0.0.1. The test reaches them through Unix sockets: a client connects to the
 * member's listener {@code door}, which connects to its listener {@code web} on 127.0.0.1 of the
 * same host, and that to one of two backends; {@code admin} leads to its admin listener.
 *
 * <p>{@link #member} and what asks only: any thread. The rest: one thread.
 */
final class SplitCluster implements AutoCloseable {
  private static final String[] JVM = {
    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-Djava.net.preferIPv4Stack=true"
  };

  private final Path directory;
  private final String name = ClusterKeys.of(0).name();
  private final Map<String, Host> hosts = new HashMap<>();
  private final Map<String, UnixDoor> adminDoors = new HashMap<>();
  private final Map<String, UnixDoor> clientDoors = new HashMap<>();
  private final List<TestBackend> backends = new ArrayList<>();
  private final Map<String, FairleadProcess> running = new ConcurrentSkipListMap<>();

  /** Where a member runs. */
  private record Host(String address, int clusterPort, int adminPort, int webPort, String shell) {}

  private SplitCluster(Path directory) {
    this.directory = directory;
  }

  /** A cluster of up to as many members as that, none of which is started. */
  static SplitCluster on(Namespaces namespaces, Path directory, int size) throws IOException {
    SplitCluster cluster = new SplitCluster(directory);
    for (int n = 1; n <= size; n++) {
      Host host = new Host(namespaces.address(n), 5701, 8081, 8080, "; " + namespaces.shell(n));
      cluster.prepare("m" + n, host);
    }
    return cluster;
  }

  /** The same, without hosts that could be split. */
  static SplitCluster onLoopback(Path directory, int size) throws IOException {
    SplitCluster cluster = new SplitCluster(directory);
    List<Integer> ports = ClusterKeys.of(3 * size).ports();
    for (int n = 1; n <= size; n++) {
      List<Integer> own = ports.subList(3 * n - 3, 3 * n);
      cluster.prepare("m" + n, new Host("127.0.0.1", own.get(0), own.get(1), own.get(2), ""));
    }
    return cluster;
  }

  private void prepare(String member, Host host) throws IOException {
    hosts.put(member, host);
    Path own = Files.createDirectories(directory.resolve(member));
    adminDoors.put(member, UnixDoor.to(own.resolve("admin.sock")));
    clientDoors.put(member, UnixDoor.to(own.resolve("door.sock")));
    if (backends.isEmpty()) {
      for (String backend : List.of("a", "b")) {
        backends.add(
            TestBackend.serving(
                SplitCluster::pong, UnixDomainSocketAddress.of(backendPath(backend))));
      }
    }
  }

  private static void pong(TestConnection connection) throws IOException {
    while (connection.readSome(4).length > 0) {
      connection.send("PONG");
    }
  }

  private Path backendPath(String backend) {
    return directory.resolve(backend + ".sock");
  }

  /** The id of a backend of pool {@code web}; there are {@code a} and {@code b}. */
  String backendId(String backend) {
    return "unix:" + backendPath(backend);
  }

  /** A configuration that differs from others by its mark. */
  String document(String mark) {
    return """
    listeners:
      - { name: admin, bind: "unix:${FL_DIR}/admin.sock", pool: admin }
      - { name: door, bind: "unix:${FL_DIR}/door.sock", pool: door }
      - { name: web, bind: "127.0.0.1:${FL_WEB}", pool: web }
    pools:
      - name: web
        backends: [ { unix: %s, weight: 1 }, { unix: %s, weight: 1 } ]
        replies: { noBackend: "%s" }
      - { name: door, backends: [ { host: 127.0.0.1, port: "${FL_WEB}" } ] }
      - { name: admin, backends: [ { host: 127.0.0.1, port: "${FL_ADMIN}" } ] }
    """
        .formatted(backendPath("a"), backendPath("b"), mark);
  }

  private String nodePart(String member) {
    Host host = hosts.get(member);
    String all =
        hosts.values().stream()
            .map(each -> "\"" + each.address + ":" + each.clusterPort + "\"")
            .collect(Collectors.joining(", "));
    return """
    node:
      { name: %s, eventLoops: 2, admin: { port: %s }, accessLog: { to: "off" }, shutdown: { grace: 1s } }
    cluster:
      { enabled: true, name: %s, host: %s, port: %s, discovery: { members: [ %s ] } }
    """
        .formatted(member, host.adminPort, name, host.address, host.clusterPort, all);
  }

  /** Starts members at the same time and waits until they are ready. */
  void start(String... members) throws IOException {
    Map<String, FairleadProcess> started = new HashMap<>();
    for (String member : members) {
      started.put(member, launch(member));
    }
    for (String member : members) {
      started.get(member).awaitReady();
      running.put(member, started.get(member));
    }
  }

  private FairleadProcess launch(String member) throws IOException {
    Host host = hosts.get(member);
    Path own = directory.resolve(member);
    Path file =
        Files.writeString(own.resolve("fairlead.yaml"), nodePart(member) + document("file"));
    String environment =
        "export FL_DIR='%s' FL_ADMIN=%s FL_WEB=%s".formatted(own, host.adminPort, host.webPort);
    return Launch.jar("run", "-c", file.toString())
        .withJvm(JVM)
        .after(environment + host.shell)
        .start(own)
        .reachedThrough(adminDoors.get(member).port());
  }

  /**
   * Starts all, the first before the others, so that all agree which file is the first revision.
   */
  void startAll() throws IOException {
    start("m1");
    start(IntStream.rangeClosed(2, hosts.size()).mapToObj(n -> "m" + n).toArray(String[]::new));
    awaitAgreement(TestRun.PATIENCE);
  }

  FairleadProcess member(String member) {
    return running.get(member);
  }

  /** The names of those that run. */
  List<String> members() {
    return List.copyOf(running.keySet());
  }

  /** Where clients of a member connect. */
  int port(String member) {
    return clientDoors.get(member).port();
  }

  /** Kills a member as {@code kill -9} does. */
  void kill(String member) {
    running.remove(member).close();
  }

  /** Has a member drain and end; fails unless its exit code is 0. */
  void end(String member) throws IOException, InterruptedException {
    FairleadProcess ending = running.remove(member);
    ending.signal("TERM");
    assertThat(ending.awaitExit()).as("exit code of " + member).isZero();
  }

  /** Waits until all that run are one cluster, at one revision, with true counts. */
  void awaitAgreement(Duration limit) {
    awaitAgreement(members(), limit);
  }

  /** Waits until these members see each other only, at one revision, with correct counts. */
  void awaitAgreement(List<String> members, Duration limit) {
    await("agreement of " + members)
        .atMost(limit)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .untilAsserted(() -> assertAgreement(members));
  }

  private void assertAgreement(List<String> members) {
    Map<String, SharedView> views = new HashMap<>();
    members.forEach(each -> views.put(each, SharedView.of(member(each))));
    SharedView first = views.get(members.get(0));
    assertThat(first.members()).isEqualTo(members);
    assertThat(views.values()).allSatisfy(each -> assertThat(each).isEqualTo(first));
    Map<String, Integer> sums = new HashMap<>();
    members.forEach(
        each ->
            member(each).backends("active").forEach((id, n) -> sums.merge(id, n, Integer::sum)));
    assertThat(first.clusterActive()).isEqualTo(sums);
    assertThat(members)
        .allSatisfy(each -> assertThat(member(each).get("/readyz").statusCode()).isEqualTo(200));
  }

  @Override
  public void close() throws IOException {
    running.values().forEach(FairleadProcess::close);
    for (String member : hosts.keySet()) {
      adminDoors.get(member).close();
      clientDoors.get(member).close();
    }
    for (TestBackend backend : backends) {
      backend.close();
    }
  }
}
