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
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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

  private static final String SECONDS =
      "select to_char(date_trunc('second', at), 'HH24:MI:SS') || '  ' || string_agg(server || ': '"
          + " || n, ', ' order by server) from (select date_trunc('second', at) at, server,"
          + " count(*) n from seen group by 1, 2) s group by at order by at";

  @TempDir private Path directory;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger cut = new AtomicInteger();

  @Test
  void clientsGoOnAtTheStandby() throws Exception {
    Program.assumeInstalled("psql", "postgres", "initdb", "pg_basebackup", "setpriv");
    String unavailable = Namespaces.unavailable();
    Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
    try (Namespaces hosts = Namespaces.of(2);
        PostgresFixture old = PostgresFixture.trusting(directory, hosts.command(1))) {
      old.sql(
          "create table seen (at timestamptz default clock_timestamp(), server int default"
              + " inet_server_port(), client int)");
      try (PostgresFixture next = old.standby(directory, hosts.command(2), hosts.address(1));
          UnixDoor door = UnixDoor.to(directory.resolve("admin.sock"));
          FairleadProcess member = start(hosts, old, next, door)) {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS + SLEEPERS);
        try {
          for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            clients.submit(() -> write(hosts, client));
          }
          for (int i = 0; i < SLEEPERS; i++) {
            clients.submit(() -> sleep(hosts));
          }
          pull(hosts, member, next);
        } finally {
          over.set(true);
          clients.shutdown();
          assertThat(clients.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
        System.out.println("rows written in each second, by the port of the server:");
        System.out.print(next.sql(SECONDS));
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

  /** One client: a long session that writes ten times a second, and another when it ends. */
  private Void write(Namespaces hosts, int client) throws IOException {
    while (!over.get()) {
      try (Program psql = psql(hosts)) {
        while (psql.process().isAlive() && !over.get()) {
          psql.type("insert into seen (client) values (" + client + ");\n");
          await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        }
        cut.incrementAndGet();
      }
    }
    return null;
  }

  /** One client that waits for its answer, which ends with the session only. */
  private Void sleep(Namespaces hosts) throws IOException {
    while (!over.get()) {
      try (Program psql = psql(hosts)) {
        psql.type("select pg_sleep(600);\n");
        await().until(() -> !psql.process().isAlive() || over.get());
        cut.incrementAndGet();
      }
    }
    return null;
  }

  private Program psql(Namespaces hosts) throws IOException {
    List<String> psql =
        List.of(
            "psql",
            "--no-psqlrc",
            "-qAt",
            "--set=ON_ERROR_STOP=1",
            "host=127.0.0.1 user=postgres dbname=postgres connect_timeout=5 port=5432");
    return Program.start(
        directory, Stream.concat(hosts.command(2).stream(), psql.stream()).toArray(String[]::new));
  }
}
