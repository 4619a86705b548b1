package dev.fairlead.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes configurations with one listener, {@code web}, in front of one pool. */
final class ConfigFixture {
  private ConfigFixture() {}

  /** A listener on any free port, which stays the same when the file is read again. */
  static String to(int backendPort) {
    return on("127.0.0.1:0", backendPort);
  }

  static String on(String bind, int backendPort) {
    return """
    listeners:
      - { name: web, bind: "%s", pool: web }
    pools:
      - name: web
        backends:
          - { host: 127.0.0.1, port: %s }
    """
        .formatted(bind, backendPort);
  }

  /** As {@link #to}, with a weight that makes one document another. */
  static String weighing(int weight, int backendPort) {
    return to(backendPort)
        .replace("port: " + backendPort, "port: " + backendPort + ", weight: " + weight);
  }

  /** A pool of many backends, with the balance of that name. */
  static String balancing(String balance, int... backendPorts) {
    String backends =
        IntStream.of(backendPorts)
            .mapToObj(port -> "{ host: 127.0.0.1, port: " + port + " }")
            .collect(Collectors.joining(", "));
    return """
    listeners:
      - { name: web, bind: "127.0.0.1:0", pool: web }
    pools:
      - { name: web, balance: %s, backends: [%s] }
    """
        .formatted(balance, backends);
  }

  /** A new file in {@code directory}. */
  static Path file(Path directory, String text) throws IOException {
    return Files.writeString(directory.resolve("fairlead.yaml"), text);
  }

  /** Atomically, as editors and ConfigMaps do it. */
  static void replace(Path file, String text) throws IOException {
    Path aside = file.resolveSibling("aside.tmp");
    Files.writeString(aside, text);
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
