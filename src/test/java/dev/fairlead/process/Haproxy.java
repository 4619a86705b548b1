package dev.fairlead.process;

import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A running HAProxy in the foreground, with its statistics on a Unix socket. One thread. */
final class Haproxy implements AutoCloseable {
  private static final String COMMON =
      """
      global
        stats socket %s
      defaults
        timeout connect 30s
        timeout client 60s
        timeout server 60s
        timeout check 30s
      """;

  private final Program program;
  private final Path socket;

  private Haproxy(Program program, Path socket) {
    this.program = program;
    this.socket = socket;
  }

  /**
   * @param sections of its file: frontends, backends, listen
   */
  static Haproxy start(Path directory, String sections) throws IOException {
    Path own = Files.createTempDirectory(directory, "haproxy");
    Path socket = own.resolve("stats");
    Path config =
        Files.writeString(own.resolve("haproxy.cfg"), COMMON.formatted(socket) + sections);
    return new Haproxy(Program.start(own, "haproxy", "-db", "-f", config.toString()), socket);
  }

  Haproxy awaitListening(int port) {
    program.awaitListening(port);
    return this;
  }

  /** The result of the last health check of a server, as {@code L7OK}. */
  String check(String backend, String server) throws IOException {
    try (TestConnection client = TestClient.connect(UnixDomainSocketAddress.of(socket))) {
      client.send("show stat\n");
      List<String> rows = client.readText().lines().toList();
      int column = List.of(rows.get(0).split(",", -1)).indexOf("check_status");
      for (String row : rows) {
        if (row.startsWith(backend + "," + server + ",")) {
          // An asterisk is before it while the next check runs.
          return row.split(",", -1)[column].replace("* ", "");
        }
      }
    }
    throw new IOException("no " + backend + "/" + server);
  }

  @Override
  public void close() {
    program.close();
  }
}
