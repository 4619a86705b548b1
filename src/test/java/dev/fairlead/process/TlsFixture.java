package dev.fairlead.process;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestCa;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An authority, the certificate of a server, and configurations with listeners that show it. */
final class TlsFixture {
  /** The name of the server; its certificate is for localhost and 127.0.0.1 too. */
  static final String NAME = "one.example";

  final TestCa authority = TestCa.root("Test CA");
  final Path directory;
  final Path ca;
  final PemFiles server;

  TlsFixture(Path directory) throws IOException {
    this.directory = directory;
    this.ca = Files.writeString(directory.resolve("ca.pem"), authority.pem());
    this.server = certificate().write(directory, "server");
  }

  /** Another one for the same names. */
  TestCa.Issued certificate() {
    return authority.issue(NAME, "dns:" + NAME, "dns:localhost", "ip:127.0.0.1");
  }

  /** Files that a client may show. */
  PemFiles client(String name) throws IOException {
    return authority.issue(name, "dns:" + name).write(directory, name);
  }

  /** {@code tls} of a listener. */
  String terminate(String... more) {
    return "tls: { certificates: [%s]%s }".formatted(keys(server), joined(more));
  }

  static String keys(PemFiles pem) {
    return "{ cert: '" + pem.certificate() + "', key: '" + pem.key() + "' }";
  }

  /** A listener on any free port of 127.0.0.1. */
  static String listener(String name, String pool, String... more) {
    return "  - { name: %s, bind: '127.0.0.1:0', pool: %s%s }\n"
        .formatted(name, pool, joined(more));
  }

  /** A pool of one backend on localhost. */
  static String pool(String name, int port, String... more) {
    return "  - { name: %s, backends: [{ host: localhost, port: %s }]%s }\n"
        .formatted(name, port, joined(more));
  }

  private static String joined(String... more) {
    return more.length == 0 ? "" : ", " + String.join(", ", more);
  }

  static String document(List<String> listeners, List<String> pools) {
    return "listeners:\n" + String.join("", listeners) + "pools:\n" + String.join("", pools);
  }

  /** A process with one listener, {@code web}, in front of one pool. */
  FairleadProcess start(String listener, String pool) throws IOException {
    return start(document(List.of(listener), List.of(pool)));
  }

  FairleadProcess start(String document) throws IOException {
    return Launch.run(ConfigFixture.file(directory, document)).startReady(directory);
  }

  /** The access log on stdout. */
  static List<JsonObject> accessLog(FairleadProcess proxy) {
    return proxy.outLines().stream().map(JsonObject::new).toList();
  }

  /**
   * What {@code openssl s_client} says of one session in which it sends PING. It stays until it has
   * the answer, so that the tickets of TLS 1.3 have come, or until it is refused.
   */
  Program.Answer ping(int port, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl", "s_client"));
    command.addAll(List.of("-connect", "127.0.0.1:" + port, "-CAfile", ca.toString()));
    command.addAll(List.of(options));
    try (Program client = Program.start(directory, command.toArray(String[]::new))) {
      client.awaitOutput("---\n");
      client.type("PING");
      client.awaitOutput("PONG");
      return client.finish();
    }
  }
}
