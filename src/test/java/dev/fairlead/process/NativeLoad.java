package dev.fairlead.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.Program;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The load generator of {@code bench/}, compiled here with the C compiler and the OpenSSL of this
 * machine: an own backend, and clients that do one exchange each, with a handshake of TLS 1.3 or
 * behind a load balancer. Clients of Java need more processor time than the members they test. One
 * thread.
 */
final class NativeLoad implements AutoCloseable {
  private static final int CONNECTIONS = 32;
  private static final String EXCHANGED_BYTES = "100";
  private static final String BALANCED_BYTES = "64";
  private static final String BALANCED_SECONDS = "120";

  /** More than wait at any time, or the loop would not be open. */
  private static final String MOST_AT_ONCE = "10000";

  private final Program program;

  private NativeLoad(Program program) {
    this.program = program;
  }

  /** Its handshakes: all whole, or all resumed but the first. */
  enum Handshakes {
    FULL,
    RESUMED
  }

  /**
   * @param proxy the port of 127.0.0.1 to connect to
   * @param backend the port it listens on
   * @param rate the most connections in a second
   * @param length how long it lasts; what it reports is of the last three quarters
   */
  record Order(Handshakes handshakes, int proxy, int backend, int rate, Duration length) {}

  /** The program; skips the test where it cannot be compiled. */
  static Path compile(Path directory) throws IOException {
    Program.assumeInstalled("cc");
    Path program = directory.resolve("load");
    String source = Path.of("bench/load.c").toAbsolutePath().toString();
    Program.Answer compiled =
        Program.run(
            directory, "cc", "-O2", "-DWITH_TLS", "-o", "" + program, source, "-lssl", "-lcrypto");
    assumeTrue(compiled.exitCode() == 0, () -> "no C compiler, or no OpenSSL for it");
    return program;
  }

  static NativeLoad start(Path program, Order order) throws IOException {
    return new NativeLoad(
        Program.start(
            program.getParent(),
            program.toString(),
            "connfin",
            Integer.toString(order.proxy),
            Integer.toString(order.backend),
            Integer.toString(CONNECTIONS),
            Long.toString(order.length.toSeconds()),
            EXCHANGED_BYTES,
            EXCHANGED_BYTES,
            Integer.toString(order.rate),
            order.handshakes.name().toLowerCase(Locale.ROOT)));
  }

  /**
   * New connections in clear, each with one exchange, to the members that {@link #balanceOver}
   * says: an open loop, so that each counts from when it was due. Begins with the first of them and
   * lasts until {@link #finish}, at most two minutes.
   */
  static NativeLoad startBalanced(Path program, int backend, int rate) throws IOException {
    return new NativeLoad(
        Program.start(
            program.getParent(),
            program.toString(),
            "open-connfin",
            "-",
            Integer.toString(backend),
            MOST_AT_ONCE,
            BALANCED_SECONDS,
            BALANCED_BYTES,
            BALANCED_BYTES,
            Integer.toString(rate)));
  }

  /** The ports of 127.0.0.1 that new connections go to from now on, in turn. */
  void balanceOver(Collection<Integer> ports) {
    program.type(ports.stream().map(String::valueOf).collect(Collectors.joining(" ")) + "\n");
  }

  /** Waits until it measures. */
  void awaitMeasuring() {
    program.awaitOutput("START");
  }

  boolean isRunning() {
    return program.process().isAlive();
  }

  /** Its report: {@code operations} in {@code seconds}, {@code errors}, percentiles. */
  JsonObject finish() {
    Program.Answer answer = program.finish();
    int report = answer.output().indexOf('{');
    if (report < 0) {
      throw new AssertionError(answer);
    }
    return new JsonObject(answer.output().substring(report));
  }

  @Override
  public void close() {
    program.close();
  }
}
