package dev.fairlead.testkit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A running program of this machine: a client or a server that others have written. Its output,
 * stderr included, goes to a file; what it reads from stdin comes from {@link #type}. Closing ends
 * it if it still runs. Every wait ends after {@link TestRun#PATIENCE}. One thread.
 */
public final class Program implements AutoCloseable {
  private static final Path POSTGRES = Path.of("/usr/lib/postgresql");

  /** A higher value makes tests slower that close servers with clients. */
  private static final Duration TERMINATION = Duration.ofSeconds(5);

  private final Process process;
  private final Path output;

  private Program(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** What a program that has ended left. */
  public record Answer(int exitCode, String output) {}

  /** Skips the test unless all of these programs are installed. */
  public static void assumeInstalled(String... names) {
    for (String name : names) {
      assumeTrue(find(name).isPresent(), () -> name + " is not installed");
    }
  }

  /** Starts it in {@code directory}, and returns at once. */
  public static Program start(Path directory, String... command) throws IOException {
    List<String> found = new ArrayList<>(List.of(command));
    found.set(0, path(command[0]));
    Path output = Files.createTempFile(directory, Path.of(found.get(0)).getFileName() + "-", "");
    Process process =
        new ProcessBuilder(found)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new Program(process, output);
  }

  /** Runs it to its end, with nothing to read from stdin. */
  public static Answer run(Path directory, String... command) throws IOException {
    try (Program program = start(directory, command)) {
      return program.finish();
    }
  }

  /** The file of a program that is installed. */
  public static String path(String name) throws IOException {
    return find(name).orElseThrow(() -> new IOException(name + " is not installed"));
  }

  /** Where it is: administrators' directories are not in every user's PATH. */
  private static Optional<String> find(String name) {
    if (name.contains(File.separator)) {
      return Optional.of(name).filter(path -> Files.isExecutable(Path.of(path)));
    }
    Stream<Path> usual =
        Stream.concat(
            Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1)).map(Path::of),
            Stream.of(Path.of("/usr/sbin"), Path.of("/usr/local/sbin")));
    return Stream.concat(usual, postgres())
        .map(directory -> directory.resolve(name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /** Debian keeps the programs of each version of the server in a directory of its own. */
  private static Stream<Path> postgres() {
    try (Stream<Path> versions = Files.list(POSTGRES)) {
      return versions.map(version -> version.resolve("bin")).toList().stream();
    } catch (IOException none) {
      return Stream.empty();
    }
  }

  public Process process() {
    return process;
  }

  /** What it wrote so far; other bytes than ASCII may be replaced. */
  public String output() {
    try {
      return Files.readString(output, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes to its stdin; what a program that has ended can't read is lost. */
  public void type(String text) {
    try {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException ended) {
      // Its output and exit code tell why.
    }
  }

  /** Waits until its output contains {@code text}, or it has ended. */
  public void awaitOutput(String text) {
    await(text).until(() -> output().contains(text) || !process.isAlive());
  }

  /** Waits until it accepts connections on a port of 127.0.0.1. */
  public Program awaitListening(int port) {
    await(process.info().command().orElse("") + " on port " + port)
        .until(() -> isListening(port) || !process.isAlive());
    if (!process.isAlive()) {
      throw new AssertionError("has ended:\n" + output());
    }
    return this;
  }

  private static boolean isListening(int port) {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends its stdin and waits for its end. */
  public Answer finish() {
    try {
      process.getOutputStream().close();
    } catch (IOException ended) {
      // It did not read what was typed.
    }
    try {
      if (!process.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still runs; its output:\n" + output());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Answer(process.exitValue(), output());
  }

  /** By SIGTERM, which lets PostgreSQL remove its shared memory; by SIGKILL what stays. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      process.waitFor(TERMINATION.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}
