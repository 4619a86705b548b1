package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.Namespaces;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.UnixDoor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a member follows what a real name server says, and that who leaves the DNS keeps its
 * live session. Provoked by a dnsmasq in the network namespace of the member, which is started anew
 * with other records. A failure would look like a backend that stays, is missing, or cuts a client.
 */
@Tag("slow")
class DiscoveryIT {
  @TempDir private Path directory;
  private Namespaces namespaces;
  private TestBackend pong;
  private UnixDoor admin;
  private UnixDoor door;
  private Dnsmasq dns;
  private FairleadProcess member;

  @BeforeEach
  void start() throws IOException {
    String unavailable = Dnsmasq.unavailable();
    Assumptions.assumeTrue(unavailable.isEmpty(), "skipped: " + unavailable);
    namespaces = Namespaces.of(1);
    dns = Dnsmasq.on(namespaces, directory);
    admin = UnixDoor.to(directory.resolve("admin.sock"));
    door = UnixDoor.to(directory.resolve("door.sock"));
  }

  @AfterEach
  void stop() throws IOException {
    if (namespaces == null) {
      return;
    }
    if (member != null) {
      member.close();
    }
    dns.close();
    namespaces.close();
    admin.close();
    door.close();
    if (pong != null) {
      pong.close();
    }
  }

  private void startMember(String discovery) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("fairlead.yaml"),
            """
            node: { eventLoops: 2, admin: { port: 8081 }, accessLog: { to: "off" } }
            listeners:
              - { name: admin, bind: "unix:%1$s/admin.sock", pool: admin }
              - { name: door, bind: "unix:%1$s/door.sock", pool: web }
              - { name: end, bind: "0.0.0.0:9001", pool: end }
            pools:
              - { name: admin, backends: [ { host: 127.0.0.1, port: 8081 } ] }
              - { name: end, backends: [ { unix: %1$s/pong.sock } ] }
              - { name: web, discovery: { %2$s, refresh: 200ms } }
            """
                .formatted(directory, discovery));
    pong =
        TestBackend.serving(
            DiscoveryIT::pong, UnixDomainSocketAddress.of(directory.resolve("pong.sock")));
    member =
        Launch.jar("run", "-c", file.toString())
            .after("true; " + namespaces.shell(1))
            .start(directory)
            .reachedThrough(admin.port());
    member.awaitReady();
  }

  private static void pong(TestConnection connection) throws IOException {
    while (connection.readSome(4).length > 0) {
      connection.send("PONG");
    }
  }

  private Set<String> found() {
    return member.list("pools").stream()
        .filter(pool -> pool.getString("name").equals("web"))
        .flatMap(pool -> pool.getJsonArray("backends").stream())
        .map(JsonObject.class::cast)
        .filter(backend -> !backend.getString("state").equals("removed"))
        .map(backend -> backend.getString("id"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void awaitFound(String... ids) {
    await().untilAsserted(() -> assertThat(found()).containsExactly(ids));
  }

  @Test
  void backendsComeAndGoAndKeepTheirSessions() throws IOException {
    dns.start("host-record=web.test,127.0.0.1");
    startMember("dns: web.test, port: 9001");
    awaitFound("127.0.0.1:9001");
    try (PingClient live = PingClient.connect(door.port())) {
      assertThat(live.ping()).isEqualTo("PONG");
      dns.start("host-record=web.test,127.0.0.2", "host-record=web.test,127.0.0.3");
      awaitFound("127.0.0.2:9001", "127.0.0.3:9001");
      assertThat(PingClient.pingOnce(door.port())).isEqualTo("PONG");
      assertThat(live.ping()).as("the session of a backend that is gone").isEqualTo("PONG");
      dns.stop();
      member.awaitLog("keeping the last answer");
      assertThat(found()).hasSize(2);
      JsonObject body = new JsonObject().put("weight", 3);
      var answer = member.send("PATCH", "/api/v1/pools/web/backends/127.0.0.2:9001", body);
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.body()).contains("127.0.0.2:9001 is discovered (expected: ");
      dns.start("host-record=web.test,127.0.0.1");
      awaitFound("127.0.0.1:9001");
      assertThat(live.ping()).isEqualTo("PONG");
    }
    member.awaitLog("answered again");
  }

  @Test
  void largeAnswersComeOverTcp() throws IOException {
    dns.start(
        IntStream.rangeClosed(1, 200)
            .mapToObj(
                n ->
                    "srv-host=_web._tcp.test,pod-"
                        + n
                        + ".test,9001\n"
                        + "host-record=pod-"
                        + n
                        + ".test,127.0.1."
                        + n)
            .toArray(String[]::new));
    startMember("srv: _web._tcp.test");
    await().until(() -> found().size() == 200);
    assertThat(PingClient.pingOnce(door.port())).isEqualTo("PONG");
    dns.start(
        IntStream.rangeClosed(1, 200)
            .mapToObj(n -> "srv-host=_web._tcp.test,pod-1.test," + (9001 + n))
            .toArray(String[]::new));
    await().until(() -> found().contains("pod-1.test:9201"));
    assertThat(found()).hasSize(200);
  }

  @Test
  void largeAnswersOfAddressesComeOverTcp() throws IOException {
    dns.start(
        IntStream.rangeClosed(1, 200)
            .mapToObj(n -> "host-record=web.test,127.0.1." + n)
            .toArray(String[]::new));
    startMember("dns: web.test, port: 9001");
    await().until(() -> found().size() == 200);
    assertThat(PingClient.pingOnce(door.port())).isEqualTo("PONG");
  }
}
