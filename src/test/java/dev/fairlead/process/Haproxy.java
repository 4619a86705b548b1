package dev.fairlead.process;

import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A running HAProxy in the foreground, with its statistics on a Unix socket: the one of the
 * machine, or what the environment's {@code HAPROXY_CMD} starts, which has to see the files of the
 * test. One thread.
 */
final class Haproxy implements AutoCloseable {
  private static final List<String> COMMAND =
      List.of(Objects.requireNonNullElse(System.getenv("HAPROXY_CMD"), "haproxy").split(" "));

  /** {@code HAProxy version 3.0.11-1 2026/10/15}. */
  private static final Pattern VERSION = Pattern.compile("version (\\d+)\\.(\\d+)");

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
    return new Haproxy(Program.start(own, command("-db", "-f", config.toString())), socket);
  }

  private static String[] command(String... options) {
    return Stream.concat(COMMAND.stream(), Stream.of(options)).toArray(String[]::new);
  }

  /** Skips the test if there is none. */
  static void assumeInstalled() {
    Program.assumeInstalled(COMMAND.get(0));
  }

  /** Whether it is of that version or a later one. */
  static boolean isSince(Path directory, int major, int minor) throws IOException {
    String output = Program.run(directory, command("-v")).output();
    Matcher version = VERSION.matcher(output);
    if (!version.find()) {
      throw new IOException(output);
    }
    int found = Integer.parseInt(version.group(1));
    return found > major || (found == major && Integer.parseInt(version.group(2)) >= minor);
  }

  Haproxy awaitListening(int port) {
    program.awaitListening(port);
    return this;
  }

  /** The result of the last health check of a server, as {@code L7OK}. */
  String check(String backend, String server) throws IOException {
    // An asterisk is before it while the next check runs.
    return stat(backend, server, "check_status").replace("* ", "");
  }

  /** The live sessions of a server. */
  int sessions(String backend, String server) throws IOException {
    return Integer.parseInt(stat(backend, server, "scur"));
  }

  private String stat(String backend, String server, String name) throws IOException {
    try (TestConnection client = TestClient.connect(UnixDomainSocketAddress.of(socket))) {
      client.send("show stat\n");
      List<String> rows = client.readText().lines().toList();
      int column = List.of(rows.get(0).split(",", -1)).indexOf(name);
      for (String row : rows) {
        if (row.startsWith(backend + "," + server + ",")) {
          return row.split(",", -1)[column];
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
