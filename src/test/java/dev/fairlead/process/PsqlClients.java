package dev.fairlead.process;

import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Clients of a PostgreSQL server, each with one long session of psql after the other: some write
 * into a table ten times a second, others wait for an answer and learn of nothing until their
 * session ends. Closing waits until they have ended.
 */
final class PsqlClients implements AutoCloseable {
  /** Makes the table that they write into. */
  static final String TABLE =
      "create table seen (at timestamptz default clock_timestamp(), server int default"
          + " inet_server_port(), client int)";

  /** By second: rows, and at which server they were written. */
  static final String SECONDS =
      "select to_char(date_trunc('second', at), 'HH24:MI:SS') || '  ' || string_agg(server || ': '"
          + " || n, ', ' order by server) from (select date_trunc('second', at) at, server,"
          + " count(*) n from seen group by 1, 2) s group by at order by at";

  private final Path directory;
  private final List<String> command;
  private final Consumer<Program> onEnd;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * @param directory for their output
   * @param port of 127.0.0.1, as {@code prefix} sees it
   * @param prefix of the command, of a network namespace; may be empty
   * @param onEnd gets each session that has ended, on its client's thread
   */
  PsqlClients(Path directory, int port, List<String> prefix, Consumer<Program> onEnd) {
    this.directory = directory;
    this.command =
        Stream.concat(
                prefix.stream(),
                Stream.of(
                    "psql",
                    "--no-psqlrc",
                    "-qAt",
                    "--set=ON_ERROR_STOP=1",
                    "host=127.0.0.1 user=postgres dbname=postgres connect_timeout=5 port=" + port))
            .toList();
    this.onEnd = onEnd;
  }

  void start(int writers, int sleepers) {
    for (int i = 0; i < writers; i++) {
      String insert = "insert into seen (client) values (" + i + ");\n";
      threads.submit(() -> connectUntilTheEnd(psql -> write(psql, insert)));
    }
    for (int i = 0; i < sleepers; i++) {
      threads.submit(() -> connectUntilTheEnd(this::sleep));
    }
  }

  private Void connectUntilTheEnd(Consumer<Program> session) throws IOException {
    while (!over.get()) {
      try (Program psql = Program.start(directory, command.toArray(String[]::new))) {
        session.accept(psql);
        onEnd.accept(psql);
      }
    }
    return null;
  }

  private void write(Program psql, String insert) {
    while (psql.process().isAlive() && !over.get()) {
      psql.type(insert);
      await().pollDelay(Duration.ofMillis(100)).until(() -> true);
    }
  }

  private void sleep(Program psql) {
    psql.type("select pg_sleep(600);\n");
    await().until(() -> !psql.process().isAlive() || over.get());
  }

  @Override
  public void close() {
    over.set(true);
    threads.shutdown();
    await("the end of all clients").atMost(Duration.ofMinutes(1)).until(threads::isTerminated);
  }
}
