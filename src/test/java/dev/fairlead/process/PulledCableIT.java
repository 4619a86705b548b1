package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.Namespaces;
import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.UnixDoor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that clients of a PostgreSQL server whose cable is pulled are at its standby soon: no FIN
 * and no reset come from there. Provoked with network namespaces, by clients that write ten times a
 * second and others that wait for an answer. A failure would look like a session at the old server
 * that hangs, or a new one there after the verdict.
 */
@Tag("slow")
class PulledCableIT {
  private static final int CLIENTS = 8;
  private static final int SLEEPERS = 4;

  /** {@code closeAfter} and {@code closeSpread} of the configuration. */
  private static final Duration CLOSING = Duration.ofSeconds(4);

  private static final Duration SLOW_MACHINE = Duration.ofSeconds(4);

  @TempDir private Path directory;
  private final AtomicInteger cut = new AtomicInteger();

  @Test
  void clientsGoOnAtTheStandby() throws Exception {
    Program.assumeInstalled("psql", "postgres", "initdb", "pg_basebackup", "setpriv");
    String unavailable = Namespaces.unavailable();
    Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
    try (Namespaces hosts = Namespaces.of(2);
        PostgresFixture old = PostgresFixture.trusting(directory, hosts.command(1))) {
      old.sql(PsqlClients.TABLE);
      try (PostgresFixture next = old.standby(directory, hosts.command(2), hosts.address(1));
          UnixDoor door = UnixDoor.to(directory.resolve("admin.sock"));
          FairleadProcess member = start(hosts, old, next, door)) {
        try (PsqlClients clients =
            new PsqlClients(directory, 5432, hosts.command(2), psql -> cut.incrementAndGet())) {
          clients.start(CLIENTS, SLEEPERS);
          pull(hosts, member, next);
        }
        System.out.println("rows written in each second, by the port of the server:");
        System.out.print(next.sql(PsqlClients.SECONDS));
      }
    }
  }

  private FairleadProcess start(
      Namespaces hosts, PostgresFixture old, PostgresFixture next, UnixDoor door)
      throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("fairlead.yaml"),
            """
            node: { eventLoops: 2, admin: { port: 8081 }, accessLog: { to: access.log } }
            listeners:
              - { name: db, bind: "127.0.0.1:5432", pool: db }
              - { name: admin, bind: "unix:%s/admin.sock", pool: admin }
            pools:
              - name: db
                health: { type: tcp, interval: 500ms, timeout: 500ms, rise: 1, fall: 2 }
                onBackendDown: close
                closeAfter: 1s
                closeSpread: 3s
                backends:
                  - { host: %s, port: %s }
                  - { host: 127.0.0.1, port: %s, backup: true }
              - { name: admin, backends: [{ host: 127.0.0.1, port: 8081 }] }
            """
                .formatted(directory, hosts.address(1), old.port(), next.port()));
    FairleadProcess member =
        Launch.jar("run", "-c", file.toString())
            .withJvm("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m")
            .after(hosts.shell(2))
            .start(directory)
            .reachedThrough(door.port());
    member.awaitReady();
    return member;
  }

  private void pull(Namespaces hosts, FairleadProcess member, PostgresFixture next)
      throws Exception {
    int all = CLIENTS + SLEEPERS;
    await().during(Duration.ofSeconds(3)).until(() -> active(member, 0) == all);
    long pulled = System.nanoTime();
    hosts.unplug(1);
    next.sql("select pg_promote(false)");
    await().pollInterval(Duration.ofMillis(20)).until(() -> !isHealthy(member));
    long down = System.nanoTime();
    long begun = backend(member, 0).getLong("total");
    await().pollInterval(Duration.ofMillis(20)).until(() -> active(member, 0) == 0);
    long ended = System.nanoTime();
    await().pollInterval(Duration.ofMillis(20)).until(() -> cut.get() >= all);
    long told = System.nanoTime();
    await().during(Duration.ofSeconds(3)).until(() -> active(member, 1) == all);
    System.out.printf(
        "pulled; down after %d ms; of %d sessions the last ended %d ms later, and its client knew"
            + " %d ms later%n",
        millis(pulled, down), all, millis(down, ended), millis(down, told));
    assertThat(backend(member, 0).getLong("total")).as("new sessions there").isEqualTo(begun);
    assertThat(Duration.ofNanos(told - down)).isLessThan(CLOSING.plus(SLOW_MACHINE));
  }

  private static long millis(long from, long to) {
    return Duration.ofNanos(to - from).toMillis();
  }

  private static JsonObject backend(FairleadProcess member, int index) {
    return member.list("pools").stream()
        .filter(each -> each.getString("name").equals("db"))
        .map(each -> each.getJsonArray("backends").getJsonObject(index))
        .findFirst()
        .orElseThrow();
  }

  private static int active(FairleadProcess member, int index) {
    return backend(member, index).getInteger("active");
  }

  private static boolean isHealthy(FairleadProcess member) {
    return backend(member, 0).getBoolean("healthy");
  }
}
