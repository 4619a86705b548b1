package dev.fairlead.process;

import dev.fairlead.testkit.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name server of host 1 of some {@link Namespaces}, on its 127.0.0.1. It is started anew with
 * other records; in between questions are refused. One thread.
 */
final class Dnsmasq implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/dnsmasq");

  private final Namespaces namespaces;
  private final Path directory;
  private @Nullable Process process;

  private Dnsmasq(Namespaces namespaces, Path directory) {
    this.namespaces = namespaces;
    this.directory = directory;
  }

  /** Why there can't be one here, empty = there can. */
  static String unavailable() {
    return Files.isExecutable(PROGRAM) ? Namespaces.unavailable() : "no " + PROGRAM;
  }

  /** Has the host ask it, but does not start it; {@code directory} takes its files. */
  static Dnsmasq on(Namespaces namespaces, Path directory) throws IOException {
    Files.createDirectories(namespaces.etc(1));
    Files.writeString(namespaces.etc(1).resolve("resolv.conf"), "nameserver 127.0.0.1\n");
    return new Dnsmasq(namespaces, directory);
  }

  /** Starts it with {@code records}, as {@code host-record=web.test,127.0.0.1}, and no others. */
  void start(String... records) throws IOException {
    stop();
    Path file = directory.resolve("dnsmasq.conf");
    Files.writeString(
        file,
        "no-resolv\nno-hosts\nbind-interfaces\nlisten-address=127.0.0.1\nuser=root\n"
            + "pid-file=\nlocal=/test/\n"
            + String.join("\n", records)
            + "\n");
    List<String> command =
        List.of("/bin/sh", "-c", namespaces.shell(1), PROGRAM.toString(), "-k", "-C" + file);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("dnsmasq.log").toFile())
            .start();
  }

  void stop() {
    if (process != null) {
      process.destroy();
      process.onExit().join();
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    Files.deleteIfExists(namespaces.etc(1).resolve("resolv.conf"));
    Files.deleteIfExists(namespaces.etc(1));
  }
}
