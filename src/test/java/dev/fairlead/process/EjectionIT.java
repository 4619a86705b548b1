package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.Namespaces;
import dev.fairlead.testkit.UnixDoor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that no member keeps the ejection of a process for the one that has replaced it. Provoked
 * in a cluster of two by a backend from the DNS that resets every session, until both members have
 * ejected it for an hour; then it leaves the DNS and comes back, or restarts at its address. A
 * failure would look like a new process without sessions of one of the members.
 */
@Tag("slow")
class EjectionIT {
  private static final String[] JVM = {
    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-Djava.net.preferIPv4Stack=true"
  };

  /** Says its second argument and ends the session, or resets it at once if that is {@code -}. */
  private static final String BACKEND =
      """
      import socket, struct, sys
      server = socket.socket()
      server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      server.bind((sys.argv[1], 9001))
      server.listen(1000)
      print('listening', flush=True)
      while True:
          client = server.accept()[0]
          if sys.argv[2] == '-':
              client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
          else:
              client.sendall(sys.argv[2].encode())
          client.close()
      """;

  private static final String PROBES =
      "type: expect, expect: { receive: well }, interval: 200ms, probers: 1, rise: 2";
  private static final String RESETS = "-";
  private static final String FLAKY = "127.0.0.2";
  private static final String STEADY = "127.0.0.3";

  @TempDir private Path directory;
  private Namespaces namespaces;
  private Dnsmasq dns;
  private final List<Site> sites = new ArrayList<>();

  /** Those that run, by address. */
  private final Map<String, Process> backends = new HashMap<>();

  /** A member, and the way to it. */
  private record Site(FairleadProcess member, UnixDoor admin, UnixDoor door) {
    private Stream<JsonObject> backends() {
      return member.list("pools").stream()
          .filter(pool -> pool.getString("name").equals("web"))
          .flatMap(pool -> pool.getJsonArray("backends").stream())
          .map(JsonObject.class::cast)
          .filter(backend -> !backend.getString("state").equals("removed"));
    }

    private boolean ejectsFlaky() {
      return flakyIs("ejected");
    }

    private boolean flakyIs(String key) {
      return backends()
          .filter(backend -> backend.getString("id").equals(id(FLAKY)))
          .anyMatch(backend -> backend.getBoolean(key));
    }

    /** What one session gets; empty if it is reset. */
    private String ask() {
      try (PingClient client = PingClient.connect(door.port())) {
        return client.readAll();
      } catch (IOException reset) {
        return "";
      }
    }
  }

  @BeforeEach
  void start() throws IOException, InterruptedException {
    String unavailable = Dnsmasq.unavailable();
    Assumptions.assumeTrue(unavailable.isEmpty(), "skipped: " + unavailable);
    Process python = new ProcessBuilder("/bin/sh", "-c", "python3 -c ''").start();
    Assumptions.assumeTrue(python.waitFor() == 0, "skipped: no python3");
    namespaces = Namespaces.of(1);
    dns = Dnsmasq.on(namespaces, directory);
  }

  @AfterEach
  void stop() throws IOException {
    if (namespaces == null) {
      return;
    }
    for (Site site : sites) {
      site.member.close();
      site.admin.close();
      site.door.close();
    }
    List.copyOf(backends.keySet()).forEach(this::stopBackend);
    dns.close();
    namespaces.close();
  }

  private static String id(String address) {
    return address + ":9001";
  }

  private void startBackend(String address, String answer) throws IOException {
    Process started =
        new ProcessBuilder(
                "/bin/sh", "-c", namespaces.shell(1), "python3", "-c", BACKEND, address, answer)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    backends.put(address, started);
    assertThat(started.inputReader().readLine()).isEqualTo("listening");
  }

  private void stopBackend(String address) {
    Process backend = backends.remove(address);
    backend.destroyForcibly();
    backend.onExit().join();
  }

  /** What the DNS answers from now on. */
  private void answer(String... addresses) throws IOException {
    dns.start(
        Stream.of(addresses)
            .map(address -> "host-record=web.test," + address)
            .toArray(String[]::new));
  }

  private void startMembers(String health) throws IOException {
    for (int n = 1; n <= 2; n++) {
      sites.add(startMember("m" + n, n, health));
    }
    sites.forEach(site -> site.member.awaitReady());
    for (Site site : sites) {
      await().until(() -> site.member.memberNames().size() == 2);
    }
  }

  private Site startMember(String name, int number, String health) throws IOException {
    Path own = Files.createDirectories(directory.resolve(name));
    UnixDoor admin = UnixDoor.to(own.resolve("admin.sock"));
    UnixDoor door = UnixDoor.to(own.resolve("door.sock"));
    Path file = Files.writeString(own.resolve("fairlead.yaml"), text(name, number, health));
    FairleadProcess member =
        Launch.jar("run", "-c", file.toString())
            .withJvm(JVM)
            .after("export OWN='" + own + "' ADMIN=" + (8080 + number) + "; " + namespaces.shell(1))
            .start(own)
            .reachedThrough(admin.port());
    return new Site(member, admin, door);
  }

  private static String text(String name, int number, String health) {
    return """
    node: { name: %s, eventLoops: 2, admin: { port: "${ADMIN}" }, accessLog: { to: "off" } }
    cluster:
      enabled: true
      name: ejection
      host: 127.0.0.1
      port: %s
      discovery: { members: [ "127.0.0.1:5701", "127.0.0.1:5702" ] }
    listeners:
      - { name: admin, bind: "unix:${OWN}/admin.sock", pool: admin }
      - { name: door, bind: "unix:${OWN}/door.sock", pool: web }
    pools:
      - { name: admin, backends: [ { host: 127.0.0.1, port: "${ADMIN}" } ] }
      - name: web
        balance: round-robin
        discovery: { dns: web.test, port: 9001, refresh: 200ms }
        outlier: { failures: 2, ejection: 1h }
        health: { %s }
    """
        .formatted(name, Integer.toString(5700 + number), health);
  }

  private void awaitFound(String... addresses) {
    List<String> ids = Stream.of(addresses).map(EjectionIT::id).toList();
    for (Site site : sites) {
      await()
          .untilAsserted(
              () ->
                  assertThat(site.backends().map(backend -> backend.getString("id")))
                      .containsExactlyInAnyOrderElementsOf(ids));
    }
  }

  private void awaitHealthy(boolean is) {
    for (Site site : sites) {
      await().until(() -> site.flakyIs("healthy") == is);
    }
  }

  private void awaitEjections() {
    for (Site site : sites) {
      await()
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                site.ask();
                return site.ejectsFlaky();
              });
    }
  }

  /** What as many sessions get as there are backends. */
  private static SortedSet<String> answers(Site site) {
    return new TreeSet<>(List.of(site.ask(), site.ask()));
  }

  @Test
  void aProcessThatComesIntoTheAnswerTakesSessionsAtOnce() throws IOException {
    startBackend(FLAKY, RESETS);
    startBackend(STEADY, "steady");
    answer(FLAKY, STEADY);
    startMembers("type: none");
    awaitFound(FLAKY, STEADY);
    awaitEjections();
    answer(STEADY);
    awaitFound(STEADY);
    stopBackend(FLAKY);
    startBackend(FLAKY, "new");
    answer(FLAKY, STEADY);
    awaitFound(FLAKY, STEADY);
    for (Site site : sites) {
      assertThat(site.ejectsFlaky()).isFalse();
      assertThat(answers(site)).containsExactly("new", "steady");
    }
  }

  /** One member probes for the cluster; both must probe what they have ejected. */
  @Test
  void probesOfEachMemberEndTheEjectionOfAProcessThatHasRestarted() throws IOException {
    startBackend(STEADY, "steady well");
    answer(FLAKY, STEADY);
    // So that sessions find it broken, and probes that fail only keep up its ejection.
    startMembers(PROBES + ", fall: 1000000");
    awaitHealthy(false);
    startBackend(FLAKY, "old well");
    awaitHealthy(true);
    stopBackend(FLAKY);
    startBackend(FLAKY, RESETS);
    awaitEjections();
    stopBackend(FLAKY);
    assertThat(sites).as("probes fail").allMatch(Site::ejectsFlaky);
    startBackend(FLAKY, "new well");
    for (Site site : sites) {
      await().until(() -> !site.ejectsFlaky());
      assertThat(answers(site)).containsExactly("new well", "steady well");
    }
  }
}
