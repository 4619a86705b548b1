package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that clients follow the primary of a real PostgreSQL when it changes, though the old one
 * never stops. Provoked by two servers with streaming replication, of which the old primary is made
 * read-only and the standby is promoted, while psql writes through long sessions. A failure would
 * be a session that begins at the old primary after the verdict, or stays there, or a client that
 * never gets on.
 */
@Tag("slow")
@Logs(" is down: ")
class FailoverIT {
  /** They write. */
  private static final int CLIENTS = 4;

  /** They wait for one answer, and learn of nothing until their session ends. */
  private static final int SLEEPERS = 4;

  /** Of {@code onBackendDown: close}, with room for a busy machine. */
  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(8);

  @TempDir private Path directory;
  private final AtomicInteger sessions = new AtomicInteger();

  /** Lines, and how often they came. */
  private final Map<String, Integer> answers = new TreeMap<>();

  @Test
  void clientsFollowThePrimary() throws Exception {
    Program.assumeInstalled("psql", "postgres", "initdb", "pg_basebackup");
    try (PostgresFixture old = PostgresFixture.trusting(directory)) {
      old.sql("create role fairlead login connection limit 20");
      old.sql(PsqlClients.TABLE);
      try (PostgresFixture next = old.standby(directory);
          TestMember member = start(old, next)) {
        await().until(() -> !member.backend(1).isHealthy());
        int port = ((InetSocketAddress) member.address()).getPort();
        try (PsqlClients clients = new PsqlClients(directory, port, List.of(), this::told)) {
          clients.start(CLIENTS, SLEEPERS);
          fails(member, old, next);
        }
        System.out.println("rows written in each second, by the port of the server:");
        System.out.print(next.sql(PsqlClients.SECONDS));
        System.out.println(
            sessions + " sessions of " + (CLIENTS + SLEEPERS) + " clients; they were told:");
        answers.forEach((line, times) -> System.out.println("  " + times + " x " + line));
        assertThat(answers.keySet())
            .as("what the sessions were told that Fairlead has ended")
            .anyMatch(line -> line.contains("server closed the connection unexpectedly"));
      }
    }
  }

  private static TestMember start(PostgresFixture old, PostgresFixture next) throws IOException {
    Recipe recipe =
        Recipe.below("PostgreSQL, the primary without Patroni")
            .backend(1, old.port())
            .backend(2, next.port());
    return MemberSetup.on(TransportKind.AUTO).start(recipe.text());
  }

  private void fails(TestMember member, PostgresFixture old, PostgresFixture next)
      throws Exception {
    await()
        .during(Duration.ofSeconds(4))
        .until(() -> member.backend(0).active() == CLIENTS + SLEEPERS);
    CompletableFuture<Instant> down = timeOf(() -> !member.backend(0).isHealthy());
    CompletableFuture<Instant> up = timeOf(() -> member.backend(1).isHealthy());
    // The choice follows the verdict at once, but on another thread.
    CompletableFuture<Long> begun =
        down.thenApply(
            at -> {
              await().pollDelay(Duration.ofMillis(100)).until(() -> true);
              return member.backend(0).total();
            });
    CompletableFuture<Instant> empty =
        down.thenCompose(at -> timeOf(() -> member.backend(0).active() == 0));
    old.sql("alter system set default_transaction_read_only = on");
    old.sql("select pg_reload_conf()");
    Instant demoted = Instant.now();
    next.sql("select pg_promote(false)");
    Instant gone = empty.get(1, TimeUnit.MINUTES);
    await()
        .during(Duration.ofSeconds(4))
        .until(() -> member.backend(1).active() == CLIENTS + SLEEPERS);
    assertThat(member.backend(0).total()).as("sessions at the old primary").isEqualTo(begun.join());
    assertThat(Duration.between(down.join(), gone)).isLessThan(CLOSED_WITHIN);
    assertThat(old.sql("select 1")).as("the old primary still runs").isEqualTo("1\n");
    System.out.printf(
        "demoted at %s; the old primary down after %d ms, the new one up after %d ms, the last"
            + " session of the old one ended after %d ms%n",
        demoted, millis(demoted, down.join()), millis(demoted, up.join()), millis(demoted, gone));
  }

  private static CompletableFuture<Instant> timeOf(Callable<Boolean> event) {
    return CompletableFuture.supplyAsync(
        () -> {
          await().pollInterval(Duration.ofMillis(10)).until(event);
          return Instant.now();
        },
        waiting -> new Thread(waiting, "waits").start());
  }

  private static long millis(Instant from, Instant to) {
    return Duration.between(from, to).toMillis();
  }

  private void told(Program psql) {
    sessions.incrementAndGet();
    synchronized (answers) {
      psql.output()
          .lines()
          .filter(line -> !line.isBlank())
          .forEach(line -> answers.merge(line.strip(), 1, Integer::sum));
    }
  }
}
