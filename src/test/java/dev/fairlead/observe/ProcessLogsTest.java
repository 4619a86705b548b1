package dev.fairlead.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.AuditLog;
import dev.fairlead.testkit.ClosedPort;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/**
 * Ensures that the process log and the audit log go where the configuration says, in its format.
 * Provoked with a logback of their own, files, and syslog servers that are there or not. A failure
 * would look like a line that is lost, or a stack trace that a reader of JSON takes for lines.
 */
class ProcessLogsTest {
  private final LoggerContext loggers = new LoggerContext();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream before = System.err;

  @TempDir private Path directory;

  @BeforeEach
  void begin() {
    System.setErr(new PrintStream(err, true, UTF_8));
    loggers.setMDCAdapter(new LogbackMDCAdapter());
    ProcessLogSetup.setUp(loggers);
  }

  @AfterEach
  void stop() {
    loggers.stop();
    System.setErr(before);
  }

  private ProcessLogs apply(String node) throws IOException {
    String text = "node: " + node + "\nlisteners: []\npools: []\n";
    Path file = Files.writeString(directory.resolve("f.yaml"), text);
    ConfigLoader.LoadResult result =
        new ConfigLoader(Map.of(), List.of()).load(ConfigText.read(file));
    assertThat(result.problems()).isEmpty();
    NodeConfig config = result.config().node();
    return ProcessLogs.apply(loggers, config, "m1");
  }

  private void awaitErr(String part) {
    await().until(() -> err.toString(UTF_8).contains(part));
  }

  @Test
  void textIsOnStderrAsBefore() throws Exception {
    apply("{ name: m1 }");
    loggers.getLogger("dev.fairlead.member.Member").info("ready");
    awaitErr(" INFO  Member - ready" + System.lineSeparator());
  }

  @Test
  void jsonIsAnObjectALine() throws Exception {
    ProcessLogs logs = apply("{ logFormat: json }");
    logs.member(() -> "m1-2");
    Logger logger = loggers.getLogger("dev.fairlead.A");
    logger.warn("a \"line\"\n", new IllegalStateException("outer", new RuntimeException("in")));
    logger.info("second");
    awaitErr("second");
    List<String> lines = err.toString(UTF_8).lines().toList();
    assertThat(lines).hasSize(2);
    JsonObject first = new JsonObject(lines.get(0));
    assertThat(first.fieldNames())
        .containsExactly("time", "level", "logger", "thread", "member", "message", "stack");
    assertThat(first.getString("time")).matches("\\d{4}-\\d\\d-\\d\\dT.*\\.\\d{3}Z");
    assertThat(first.getString("level")).isEqualTo("WARN");
    assertThat(first.getString("logger")).isEqualTo("dev.fairlead.A");
    assertThat(first.getString("member")).isEqualTo("m1-2");
    assertThat(first.getString("thread")).isEqualTo(Thread.currentThread().getName());
    assertThat(first.getString("message")).isEqualTo("a \"line\"\n");
    assertThat(first.getString("stack")).contains("outer", "Caused by: java.lang.Runtime");
    assertThat(new JsonObject(lines.get(1)).containsKey("stack")).isFalse();
  }

  @Test
  void syslogHasTheSeverity() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      apply("{ logTo: 'syslog://127.0.0.1:" + server.getLocalPort() + "' }");
      Logger logger = loggers.getLogger("dev.fairlead.A");
      logger.info("one");
      logger.error("two", new IllegalStateException("why"));
      assertThat(receive(server)).matches("<134>1 .* fairlead \\d+ process - A - one");
      assertThat(receive(server)).startsWith("<131>1 ").contains("two\n", "\n\tat ");
      assertThat(err.toString(UTF_8)).isEmpty();
    }
  }

  private static String receive(DatagramSocket server) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
    server.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  @Test
  void whatAServerDoesNotTakeGoesToStderr() throws Exception {
    try (ClosedPort closed = new ClosedPort()) {
      apply("{ logTo: 'syslog+tcp://127.0.0.1:" + closed.port() + "' }");
      loggers.getLogger("dev.fairlead.A").info("one");
      loggers.getLogger("dev.fairlead.A").info("two");
      awaitErr("INFO  A - two");
      assertThat(err.toString(UTF_8).lines())
          .hasSize(3)
          .first()
          .asString()
          .startsWith("syslog+tcp://127.0.0.1:" + closed.port() + " takes no lines of the process");
    }
  }

  @Test
  void linesThatTheQueueLosesAreCountedOnStderr() throws Exception {
    int logged = 5 * ProcessLogSetup.LINES;
    CountDownLatch stuck = new CountDownLatch(1);
    System.setErr(new PrintStream(new Stuck(stuck, err), true, UTF_8));
    apply("{ name: m1 }");
    Logger logger = loggers.getLogger("dev.fairlead.A");
    for (int i = 0; i < logged; i++) {
      logger.info("line {}", i);
    }
    stuck.countDown();
    awaitErr(" since the start: they come faster than they are taken");
    loggers.stop();
    List<String> lines = err.toString(UTF_8).lines().toList();
    long written = lines.stream().filter(line -> line.contains("INFO  A - line ")).count();
    assertThat(lines)
        .contains(
            "the process log has lost "
                + (logged - written)
                + " lines, "
                + (logged - written)
                + " since the start: they come faster than they are taken");
  }

  /** A stderr that nobody reads before {@code read}. */
  private static final class Stuck extends FilterOutputStream {
    private final CountDownLatch read;

    Stuck(CountDownLatch read, OutputStream out) {
      super(out);
      this.read = read;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        read.await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
      out.write(bytes, offset, length);
    }
  }

  @Test
  void auditIsInBothLogsAtEveryLevel() throws Exception {
    Path file = directory.resolve("audit.log");
    ProcessLogs logs = apply("{ logLevel: error, auditLog: { to: audit.log } }");
    loggers.getLogger(AuditLog.LOGGER).info("push by ann");
    loggers.getLogger("dev.fairlead.A").info("not this");
    await().until(() -> Files.readString(file).contains("push by ann"));
    awaitErr("INFO  audit - push by ann");
    Files.move(file, directory.resolve("old"));
    logs.reopen();
    loggers.getLogger(AuditLog.LOGGER).info("later");
    await().until(() -> Files.exists(file) && Files.readString(file).contains("later"));
    logs.close();
    loggers.getLogger(AuditLog.LOGGER).info("after the end");
    awaitErr("after the end");
    assertThat(Files.readString(file).lines()).hasSize(1);
    assertThat(err.toString(UTF_8)).doesNotContain("not this");
  }

  @Test
  void anAuditLogThatCannotBeWrittenNamesTheKey() {
    assertThatThrownBy(() -> apply("{ auditLog: { to: missing/audit.log } }"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("node.auditLog.to: " + directory.resolve("missing"));
  }
}
