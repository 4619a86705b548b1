package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TlsSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that every query of the dashboard has data, and that every alert fires when it should and
 * not before. Provoked with a real Prometheus and three members, of which one thing after another
 * is broken; only the durations of the rules are shorter. A failure would look like an alert that
 * is silent, or one of a cluster that is well.
 */
@Tag("slow")
class AlertsIT {
  private static final Pattern FOR = Pattern.compile("(?m)^        for: \\w+$");

  /** Panels that only have data when something is wrong. */
  private static final Set<String> EMPTY_WHEN_HEALTHY = Set.of("Turned away", "Ejected");

  private static final String DOCUMENT =
      """
      listeners:
        - { name: web, bind: "127.0.0.1:0", pool: web, limits: { connections: 500, scope: member } }
        - name: few
          bind: "127.0.0.1:0"
          pool: few
          limits: { connections: 4, queue: { size: 1, timeout: 10m } }
        - name: tls
          bind: "127.0.0.1:0"
          pool: few
          tls: { mode: terminate, certificates: [{ cert: "%1$s/tls.pem", key: "%1$s/tls.key" }] }
        - { name: proxied, bind: "127.0.0.1:0", pool: few, proxyProtocol: { mode: optional } }
        - { name: refusing, bind: "127.0.0.1:0", pool: refusing }
        - { name: flaky, bind: "127.0.0.1:0", pool: flaky }
      pools:
        - name: web
          health: { type: tcp, interval: 500ms, timeout: 500ms, fall: 2, rise: 1 }
          backends: [{ host: 127.0.0.1, port: %2$s }, { host: 127.0.0.1, port: %3$s, weight: %6$s }]
        - { name: few, backends: [{ host: 127.0.0.1, port: %4$s }] }
        - name: refusing
          outlier: off
          connect: { attempts: 1 }
          backends: [{ host: 127.0.0.1, port: %5$s }]
        - name: flaky
          balance: round-robin
          outlier: { failures: 3, ejection: 3s }
          backends: [{ host: 127.0.0.1, port: %5$s }, { host: 127.0.0.1, port: %4$s }]
      """;

  @TempDir private Path directory;
  private final TestCa ca = TestCa.root("Test CA");
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Set<String> provoked = new TreeSet<>();
  private PingBackend first;
  private PingBackend second;
  private PingBackend steady;
  private ClosedPort closed;
  private ClusterProcesses cluster;
  private Prometheus prometheus;
  private String rules;

  @BeforeEach
  void start() throws IOException {
    Program.assumeInstalled("prometheus");
    rules = Files.readString(Path.of("conf/prometheus/alerts.yaml"));
    first = opened(PingBackend.start());
    second = opened(PingBackend.start());
    steady = opened(PingBackend.start());
    closed = opened(new ClosedPort());
    certificate(Instant.now().plus(Duration.ofDays(30)));
    cluster = opened(new ClusterProcesses(directory, 3, document(1)));
    // So few that 25 sessions are nearly all that m2 may have.
    cluster.jvm("-Xmn4m").shell("m2", "ulimit -n 110");
    // What m3 writes there is lost.
    Files.createSymbolicLink(cluster.directory("m3").resolve("access.log"), Path.of("/dev/full"));
    cluster.startAll();
    Path own = Files.createDirectories(directory.resolve("prometheus"));
    prometheus = opened(Prometheus.start(own, impatient(rules)));
    prometheus.scrape(adminPorts());
  }

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.add(part);
    return part;
  }

  private String document(int weight) throws IOException {
    return DOCUMENT.formatted(
        directory, first.port(), second.port(), steady.port(), closed.port(), weight);
  }

  private void certificate(Instant end) throws IOException {
    ca.issue(TestCa.keys("EC", 256), end, "web", "dns:web.example").write(directory, "tls");
  }

  /** The same rules for samples of every second. */
  private static String impatient(String rules) {
    return FOR.matcher(rules)
        .replaceAll("        for: 2s")
        .replace("[5m]", "[10s]")
        .replace("[1m]", "[5s]");
  }

  private List<Integer> adminPorts() {
    return cluster.members().stream().map(FairleadProcess::adminPort).toList();
  }

  private int port(String member, String listener) {
    return cluster.member(member).port(listener);
  }

  /** Something that is done, and may fail as clients may. */
  private interface Act {
    void run() throws Exception;
  }

  /** The alert is silent; after {@code once}, and while {@code again} is repeated, it fires. */
  private void fires(String alert, Act once, Act again) throws Exception {
    await(alert + " to be silent").until(() -> prometheus.active(alert).isEmpty());
    once.run();
    await(alert)
        .until(
            () -> {
              again.run();
              return !prometheus.firing(alert).isEmpty();
            });
    JsonObject texts = prometheus.firing(alert).get(0).getJsonObject("annotations");
    assertThat(texts.encode()).doesNotContain("<error", "<no value>", "%!");
    provoked.add(alert);
  }

  private void fires(String alert, Act once) throws Exception {
    fires(alert, once, () -> {});
  }

  @Test
  void everyPanelHasDataAndEveryAlertFiresInTime() throws Exception {
    healthy();
    backendsThatFail();
    limits();
    process();
    tls();
    fires("FairleadAccessLogDropping", () -> {}, () -> PingClient.pingOnce(port("m3", "web")));
    strangers();
    members();
    Set<String> all = new TreeSet<>();
    Pattern.compile("alert: (\\w+)").matcher(rules).results().forEach(r -> all.add(r.group(1)));
    assertThat(provoked).isEqualTo(all);
  }

  private void healthy() throws IOException {
    List<String> missing = new ArrayList<>();
    await("data for every panel")
        .untilAsserted(
            () -> {
              traffic();
              missing.clear();
              panels().forEach(panel -> addMissing(panel, missing));
              assertThat(missing).isEmpty();
            });
    assertThat(prometheus.query("count(fairlead_members) == 3")).hasSize(1);
    assertThat(prometheus.query("ALERTS{alertstate=\"firing\"}")).isEmpty();
  }

  private void traffic() throws IOException {
    for (String member : List.of("m1", "m2")) {
      for (String listener : List.of("web", "few", "proxied")) {
        PingClient.pingOnce(port(member, listener));
      }
      handshake(ca, port(member, "tls"));
    }
  }

  private static void handshake(TestCa trusted, int port) throws IOException {
    try (SSLSocket client =
        (SSLSocket)
            TlsSocket.context(trusted, null)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port)) {
      client.startHandshake();
    }
  }

  private static List<JsonObject> panels() throws IOException {
    JsonObject dashboard = new JsonObject(Files.readString(Path.of("conf/grafana/fairlead.json")));
    return dashboard.getJsonArray("panels").stream()
        .map(JsonObject.class::cast)
        .filter(panel -> panel.containsKey("targets"))
        .toList();
  }

  private void addMissing(JsonObject panel, List<String> missing) {
    for (Object each : panel.getJsonArray("targets")) {
      String query =
          ((JsonObject) each)
              .getString("expr")
              .replace("$__rate_interval", "1m")
              .replace("$cluster", "fairlead")
              .replaceAll("\\$\\w+", ".*");
      boolean hasData = !prometheus.query(query).isEmpty();
      boolean mayLack = EMPTY_WHEN_HEALTHY.contains(panel.getString("title"));
      if (!hasData && !mayLack) {
        missing.add(panel.getString("title") + ": " + query);
      }
    }
  }

  private void backendsThatFail() throws Exception {
    int refusing = port("m1", "refusing");
    fires("FairleadConnectErrors", () -> {}, () -> visit(refusing, 5));
    int flaky = port("m1", "flaky");
    fires("FairleadBackendEjected", () -> {}, () -> visit(flaky, 4));
  }

  /** Clients that may be refused. */
  private static void visit(int port, int clients) throws IOException {
    for (int i = 0; i < clients; i++) {
      try (PingClient client = PingClient.connect(port)) {
        client.send();
        client.answer();
      } catch (IOException refused) {
        // Expected.
      }
    }
  }

  private void hold(String member, String listener, int clients) throws IOException {
    hold(opened(new HeldClients()), member, listener, clients);
  }

  private void hold(HeldClients held, String member, String listener, int clients)
      throws IOException {
    for (int i = 0; i < clients; i++) {
      held.add(port(member, listener));
    }
  }

  private void limits() throws Exception {
    fires("FairleadLimitNear", () -> hold("m1", "few", 4));
    fires("FairleadQueueWaiting", () -> opened(PingClient.connect(port("m1", "few"))).send());
    int full = port("m1", "few");
    fires("FairleadRefusing", () -> {}, () -> visit(full, 2));
  }

  private void process() throws Exception {
    HeldClients held = opened(new HeldClients());
    fires("FairleadOpenFilesNearMax", () -> hold(held, "m2", "web", 25));
    held.close();
    fires("FairleadSessionsNearMax", () -> hold("m2", "web", 25));
  }

  private void tls() throws Exception {
    int tls = port("m1", "tls");
    TestCa other = TestCa.root("Other CA");
    fires(
        "FairleadHandshakeFailures",
        () -> {},
        () -> assertThatThrownBy(() -> handshake(other, tls)).isInstanceOf(SSLException.class));
    Instant end = Instant.now().plusSeconds(20).truncatedTo(ChronoUnit.SECONDS);
    fires("FairleadCertificateExpiresSoon", () -> certificate(end));
    fires("FairleadCertificateExpired", () -> {});
    assertThat(Instant.now()).isAfter(end);
  }

  /** A member of another cluster that is scraped with these: it sees nobody, and is behind. */
  private void strangers() throws Exception {
    assertThat(cluster.member("m1").push(document(2)).statusCode()).isEqualTo(200);
    cluster.awaitRevision(2);
    Path own = Files.createDirectories(directory.resolve("stranger"));
    Path file = Files.writeString(own.resolve("fairlead.yaml"), document(1));
    try (FairleadProcess stranger = Launch.run(file).withJvm("-Xmx128m").startReady(own)) {
      List<Integer> all = new ArrayList<>(adminPorts());
      all.add(stranger.adminPort());
      fires("FairleadClusterSplit", () -> prometheus.scrape(all));
      prometheus.scrape(adminPorts());
      fires("FairleadRevisionDiffers", () -> prometheus.scrape(all));
      prometheus.scrape(adminPorts());
    }
  }

  private void members() throws Exception {
    fires("FairleadLoadViewStale", () -> cluster.member("m3").signal("STOP"));
    fires("FairleadEventLoopBlocked", () -> cluster.member("m3").signal("CONT"));
    cluster.awaitWhole();
    fires("FairleadBackendDown", second::close);
    fires("FairleadPoolWithoutBackend", first::close);
    fires("FairleadMemberDown", () -> cluster.kill("m3"));
  }
}
