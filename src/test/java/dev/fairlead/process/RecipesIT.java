package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the recipes of docs/backends.md find real servers up that are, and no others.
 * Provoked by a server in each role, and by a second backend that is gone or has another role. A
 * failure would be a recipe that takes a standby for a primary, or a server for a dead one.
 */
@Tag("slow")
@Logs(" is down: ")
class RecipesIT {
  /** Of the first probe, which alone decides, and one more. */
  private static final Duration SOME_PROBES = Duration.ofSeconds(4);

  @TempDir private Path directory;

  private static TestMember start(Recipe recipe) {
    return MemberSetup.on(TransportKind.AUTO).start(recipe.text());
  }

  /** The first backend is up and stays so, the second is down. */
  private static void awaitFirstOnly(Recipe recipe) {
    try (TestMember member = start(recipe)) {
      await().until(() -> !member.backend(1).isHealthy());
      await().during(SOME_PROBES).until(() -> member.backend(0).isHealthy());
      assertThat(member.backend(1).isHealthy()).isFalse();
    }
  }

  /** The first backend is up, and down once {@code server} is gone; the second never was there. */
  private static void awaitFirstWhile(Recipe recipe, Program server) {
    try (TestMember member = start(recipe.backend(2, FreePorts.next()))) {
      await().until(() -> !member.backend(1).isHealthy());
      await().during(SOME_PROBES).until(() -> member.backend(0).isHealthy());
      server.close();
      await().until(() -> !member.backend(0).isHealthy());
    }
  }

  private static HttpServer endpoint(String address, int port, AtomicInteger status)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
    server.createContext(
        "/primary",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void postgresWithPatroni() throws Exception {
    Program.assumeInstalled("psql", "postgres", "initdb");
    int port = FreePorts.next();
    AtomicInteger first = new AtomicInteger(200);
    AtomicInteger second = new AtomicInteger(503);
    HttpServer one = endpoint("127.0.0.1", port, first);
    HttpServer two = endpoint("127.0.0.2", port, second);
    try (PostgresFixture server = PostgresFixture.trusting(directory);
        TestMember member =
            start(
                Recipe.below("PostgreSQL with Patroni")
                    .backend(1, server.port())
                    .backend(2, "127.0.0.2", server.port())
                    .with("port: 8008", "port: " + port))) {
      await().until(() -> member.backend(0).isHealthy() && !member.backend(1).isHealthy());
      first.set(503);
      second.set(200);
      await().until(() -> !member.backend(0).isHealthy() && member.backend(1).isHealthy());
    } finally {
      one.stop(0);
      two.stop(0);
    }
  }

  @Test
  void thePrimaryOfPostgres() throws Exception {
    Program.assumeInstalled("psql", "postgres", "initdb", "pg_basebackup");
    try (PostgresFixture primary = PostgresFixture.trusting(directory)) {
      primary.sql("create role fairlead login connection limit 20");
      try (PostgresFixture standby = primary.standby(directory)) {
        awaitFirstOnly(
            Recipe.below("PostgreSQL, the primary without Patroni")
                .backend(1, primary.port())
                .backend(2, standby.port()));
      }
    }
  }

  @Test
  void anyPostgres() throws Exception {
    Program.assumeInstalled("psql", "postgres", "initdb");
    try (PostgresFixture server = PostgresFixture.start(directory)) {
      awaitFirstOnly(
          Recipe.below("PostgreSQL, any server that takes sessions")
              .backend(1, server.port())
              .backend(2, FreePorts.next()));
    }
  }

  @Test
  void theMasterOfRedis() throws Exception {
    Program.assumeInstalled("redis-server");
    int master = FreePorts.next();
    int replica = FreePorts.next();
    try (Program one = redis(master);
        Program two = redis(replica, "--replicaof", "127.0.0.1", Integer.toString(master))) {
      one.awaitListening(master);
      two.awaitListening(replica);
      awaitFirstOnly(Recipe.below("Redis, the master").backend(1, master).backend(2, replica));
    }
  }

  private Program redis(int port, String... more) throws IOException {
    String[] command = new String[more.length + 5];
    System.arraycopy(
        new String[] {"redis-server", "--port", Integer.toString(port), "--save", ""},
        0,
        command,
        0,
        5);
    System.arraycopy(more, 0, command, 5, more.length);
    return Program.start(directory, command);
  }

  @Test
  void mariaDb() throws Exception {
    Program.assumeInstalled("mariadbd", "mariadb-install-db");
    int port = FreePorts.next();
    Path data = directory.resolve("mariadb");
    String user = "--user=" + System.getProperty("user.name");
    Program.Answer made =
        Program.run(
            directory,
            "mariadb-install-db",
            "--no-defaults",
            user,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--datadir=" + data);
    assertThat(made.exitCode()).as(made.output()).isZero();
    Path users = Files.writeString(directory.resolve("users.sql"), "create user fairlead;\n");
    try (Program server =
        Program.start(
            directory,
            "mariadbd",
            "--no-defaults",
            user,
            "--datadir=" + data,
            "--socket=" + directory.resolve("mariadb.sock"),
            "--bind-address=127.0.0.1",
            "--max-connect-errors=2",
            "--init-file=" + users,
            "--port=" + port)) {
      server.awaitListening(port);
      awaitFirstWhile(Recipe.below("MariaDB").backend(1, port), server);
    }
  }

  @Test
  void mqtt() throws Exception {
    Program.assumeInstalled("mosquitto");
    int port = FreePorts.next();
    try (Program server =
        Program.start(directory, "mosquitto", "-v", "-p", Integer.toString(port))) {
      server.awaitListening(port);
      awaitFirstWhile(Recipe.below("MQTT").backend(1, port), server);
      assertThat(server.output()).doesNotContain("error").contains("Received DISCONNECT");
    }
  }

  @Test
  void nats() throws Exception {
    Program.assumeInstalled("nats-server");
    int port = FreePorts.next();
    try (Program server =
        Program.start(directory, "nats-server", "-a", "127.0.0.1", "-p", Integer.toString(port))) {
      server.awaitListening(port);
      awaitFirstWhile(Recipe.below("NATS").backend(1, port), server);
    }
  }

  /** OpenSMTPD runs as root only. */
  @Test
  void smtp() throws Exception {
    Program.assumeInstalled("smtpd");
    assumeTrue(System.getProperty("user.name").equals("root"), "smtpd needs root");
    int port = FreePorts.next();
    Path config =
        Files.writeString(
            directory.resolve("smtpd.conf"),
            "listen on 127.0.0.1 port "
                + port
                + "\naction refuse relay\nmatch from local for domain nowhere.invalid action"
                + " refuse\n");
    try (Program server = Program.start(directory, "smtpd", "-d", "-f", config.toString())) {
      server.awaitListening(port);
      awaitFirstWhile(Recipe.below("SMTP").backend(1, port), server);
    }
  }
}
