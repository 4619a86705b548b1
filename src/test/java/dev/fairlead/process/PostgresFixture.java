package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A PostgreSQL server with the user {@code postgres}, whose password is {@link #PASSWORD} and is
 * proved by SCRAM. It refuses to run as root, so root runs it as the user postgres. One thread.
 */
final class PostgresFixture implements AutoCloseable {
  static final String PASSWORD = "correct horse";

  private final Path directory;

  /** What comes before a command on the server's host; empty = it is this machine. */
  private final List<String> host;

  private final int port = FreePorts.next();
  private Program server;

  private PostgresFixture(Path directory, List<String> host) {
    this.directory = directory;
    this.host = host;
  }

  private PostgresFixture(Path directory) {
    this(directory, List.of());
  }

  /**
   * Starts a server of its own data.
   *
   * @param settings as {@code ssl=on}
   */
  static PostgresFixture start(Path parent, String... settings) throws IOException {
    PostgresFixture fixture = new PostgresFixture(Files.createTempDirectory(parent, "postgres"));
    fixture.initialize();
    fixture.run(settings);
    return fixture;
  }

  /** Starts a server that shows this certificate. */
  static PostgresFixture withTls(Path parent, PemFiles pem) throws IOException {
    PostgresFixture fixture = new PostgresFixture(Files.createTempDirectory(parent, "postgres"));
    fixture.initialize();
    fixture.run(
        "ssl=on",
        "ssl_cert_file=" + fixture.own(pem.certificate()),
        "ssl_key_file=" + fixture.own(pem.key()));
    return fixture;
  }

  /** Starts a server that believes everybody on this machine, and may have standbys. */
  static PostgresFixture trusting(Path parent) throws IOException {
    return trusting(parent, List.of());
  }

  /** The same on a host of its own, whose commands begin with {@code host}. */
  static PostgresFixture trusting(Path parent, List<String> host) throws IOException {
    PostgresFixture fixture =
        new PostgresFixture(Files.createTempDirectory(parent, "postgres"), host);
    fixture.initialize();
    String rules = "host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n";
    Files.writeString(fixture.directory.resolve("data").resolve("pg_hba.conf"), rules);
    fixture.run();
    return fixture;
  }

  /** Starts a standby of this server, which streams from it. */
  PostgresFixture standby(Path parent) throws IOException {
    return standby(parent, List.of(), "127.0.0.1");
  }

  /** The same on a host of its own, from where this one has {@code address}. */
  PostgresFixture standby(Path parent, List<String> host, String address) throws IOException {
    PostgresFixture fixture =
        new PostgresFixture(Files.createTempDirectory(parent, "postgres"), host);
    giveAway(fixture.directory);
    Program.Answer made =
        Program.run(
            fixture.directory,
            fixture.asServer(
                "pg_basebackup",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                "--pgdata=" + fixture.directory.resolve("data"),
                "--dbname=host=" + address + " user=postgres port=" + port));
    assertThat(made.exitCode()).as(made.output()).isZero();
    fixture.run();
    return fixture;
  }

  /** What psql prints of it, without headings; for servers that are {@link #trusting}. */
  String sql(String statement) throws IOException {
    Program.Answer answer =
        Program.run(
            directory.getParent(),
            onHost(
                "psql",
                "--no-psqlrc",
                "-qAt",
                "-c",
                statement,
                "host=127.0.0.1 user=postgres dbname=postgres port=" + port));
    assertThat(answer.exitCode()).as(answer.output()).isZero();
    return answer.output();
  }

  int port() {
    return port;
  }

  /** Copies a file to where the server may read it. */
  private Path own(Path file) throws IOException {
    Path copy = Files.copy(file, directory.resolve("own-" + file.getFileName()));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
    giveAway(copy);
    return copy;
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static void giveAway(Path file) throws IOException {
    if (isRoot()) {
      Files.setOwner(
          file,
          file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
    }
  }

  private void initialize() throws IOException {
    // The directory of a test is its user's only; others have to pass through it.
    Files.setPosixFilePermissions(
        directory.getParent(), PosixFilePermissions.fromString("rwx--x--x"));
    Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
    giveAway(password);
    giveAway(directory);
    Program.Answer made =
        Program.run(
            directory,
            asServer(
                "initdb",
                "--no-sync",
                "--username=postgres",
                "--auth=scram-sha-256",
                "--pwfile=" + password,
                "--pgdata=" + directory.resolve("data")));
    assertThat(made.exitCode()).as(made.output()).isZero();
  }

  private void run(String... settings) throws IOException {
    List<String> command = new ArrayList<>(List.of("postgres", "-D", directory + "/data"));
    command.addAll(
        List.of(
            "-h",
            host.isEmpty() ? "127.0.0.1" : "*",
            "-p",
            Integer.toString(port),
            "-k",
            "",
            "-F"));
    for (String setting : settings) {
      command.addAll(List.of("-c", setting));
    }
    server = Program.start(directory, asServer(command.toArray(String[]::new)));
    if (host.isEmpty()) {
      server.awaitListening(port);
    } else {
      server.awaitOutput("ready to accept");
    }
  }

  private String[] onHost(String... command) {
    return Stream.concat(host.stream(), Stream.of(command)).toArray(String[]::new);
  }

  private String[] asServer(String... command) throws IOException {
    if (!isRoot()) {
      return onHost(command);
    }
    List<String> whole = new ArrayList<>(List.of("setpriv", "--reuid=postgres"));
    whole.addAll(List.of("--regid=postgres", "--clear-groups", Program.path(command[0])));
    whole.addAll(List.of(command).subList(1, command.length));
    return onHost(whole.toArray(String[]::new));
  }

  @Override
  public void close() {
    server.close();
  }
}
