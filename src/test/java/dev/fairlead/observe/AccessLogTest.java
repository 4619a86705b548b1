package dev.fairlead.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.LogDestination;
import dev.fairlead.config.NodeConfig.AccessLogConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig.AccessLogFormat;
import dev.fairlead.observe.sink.LogFile;
import dev.fairlead.observe.sink.LogTarget;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.Phase;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.testkit.Logs;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that each session that ended is one line with its documented fields, and that a target
 * which takes nothing costs lines only. Provoked with records of all kinds and with files that
 * vanish, fill up or hang. A failure would look like a line that tools cannot parse, or none.
 */
class AccessLogTest {
  private static final Batcher.Limits QUICK =
      new Batcher.Limits(1000, 10, Duration.ofMillis(5), Duration.ofSeconds(10));
  private static final SocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 40001);

  @TempDir Path directory;

  private static AccessLog log(LogTarget target, Batcher.Limits limits) {
    return new AccessLog(target, AccessLogLine::render, new LiveCounts(), limits);
  }

  private static AccessLogConfig to(LogDestination to) {
    return new AccessLogConfig(AccessLogFormat.JSON, to, null);
  }

  private static SessionRecord record(String id, SocketAddress source) {
    return new SessionRecord(
        Instant.parse("2026-11-22T09:10:11Z"),
        id,
        "web",
        source,
        null,
        0,
        null,
        null,
        null,
        "web",
        "10.0.0.1:9001",
        1,
        3_000,
        1250,
        100,
        2000,
        CloseReason.CLIENT_CLOSED,
        Phase.RELAY);
  }

  private static SessionRecord refused(String sni) {
    return new SessionRecord(
        Instant.parse("2026-11-22T09:10:11.5Z"),
        "s2",
        "web",
        CLIENT,
        null,
        0,
        null,
        sni,
        null,
        null,
        null,
        0,
        -1,
        0,
        0,
        0,
        CloseReason.NO_BACKEND,
        Phase.ACCEPT);
  }

  @Test
  void lineHasEveryFieldInItsOrder() throws Exception {
    assertThat(text(record("s1", CLIENT)))
        .isEqualTo(
            "{\"time\":\"2026-11-22T09:10:11.000Z\",\"session\":\"s1\",\"listener\":\"web\","
                + "\"source\":\"192.0.2.7:40001\",\"sni\":null,\"route\":null,\"pool\":\"web\","
                + "\"backend\":\"10.0.0.1:9001\",\"attempts\":1,\"connectMs\":3,"
                + "\"durationMs\":1250,\"bytesFromClient\":100,\"bytesToClient\":2000,"
                + "\"reason\":\"client-closed\",\"phase\":\"relay\"}\n");
  }

  @Test
  void whatThereIsNotIsNull() throws Exception {
    JsonObject line = new JsonObject(text(refused(null)));
    assertThat(line.getString("time")).isEqualTo("2026-11-22T09:10:11.500Z");
    for (String field : List.of("sni", "route", "pool", "backend", "connectMs")) {
      assertThat(line.containsKey(field)).as(field).isTrue();
      assertThat(line.getValue(field)).as(field).isNull();
    }
    assertThat(line.getString("reason")).isEqualTo("no-backend");
  }

  @Test
  void hostileTextStaysOneLine() throws Exception {
    String sni = "a\"b\\c\nd\u0000\u2028é";
    String line = text(refused(sni));
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    assertThat(new JsonObject(line).getString("sni")).isEqualTo(sni);
  }

  @Test
  void sourceIsWrittenByItsFamily() {
    assertThat(record("s", CLIENT).sourceText()).isEqualTo("192.0.2.7:40001");
    assertThat(record("s", new InetSocketAddress("2001:db8::1", 5)).sourceText())
        .isEqualTo("[2001:db8::1]:5");
    assertThat(record("s", UnixDomainSocketAddress.of("")).sourceText()).isEqualTo("unix:");
  }

  @Test
  void batchIsALineEach() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AccessLog log = log(out::writeBytes, QUICK);
    for (int i = 0; i < 25; i++) {
      log.log(record("s" + i, CLIENT));
    }
    log.close();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(25)
        .allSatisfy(line -> assertThat(new JsonObject(line).getString("listener")).isEqualTo("web"))
        .last()
        .satisfies(line -> assertThat(new JsonObject(line).getString("session")).isEqualTo("s24"));
  }

  @Test
  void fileIsAppendedTo() throws Exception {
    Path file = directory.resolve("access.log");
    Files.writeString(file, "what was there\n");
    AccessLog log = AccessLog.open(to(LogDestination.file(file.toString())));
    log.log(record("s1", CLIENT));
    log.close();
    assertThat(Files.readAllLines(file)).hasSize(2).first().isEqualTo("what was there");
  }

  @Test
  void reopenCreatesARenamedFileAnew() throws Exception {
    Path file = directory.resolve("access.log");
    Path old = directory.resolve("access.log.1");
    AccessLog log = log(new LogFile("k", file), QUICK);
    log.log(record("before", CLIENT));
    await().until(() -> Files.size(file) > 0);
    Files.move(file, old);
    log.log(record("between", CLIENT));
    await().until(() -> Files.readAllLines(old).size() == 2);
    log.reopen();
    await().until(() -> Files.exists(file));
    log.log(record("after", CLIENT));
    log.close();
    assertThat(Files.readAllLines(old)).hasSize(2);
    assertThat(Files.readString(file)).contains("\"session\":\"after\"");
    assertThat(log.dropped()).isZero();
  }

  @Test
  void unwritablePathIsAClearRefusal() {
    Path file = directory.resolve("missing").resolve("access.log");
    assertThatThrownBy(() -> AccessLog.open(to(LogDestination.file(file.toString()))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("node.accessLog.to: " + file + " (expected: a file that can be");
  }

  @Test
  @EnabledIf("hasFullDevice")
  @Logs("lines are dropped, 1 so far: No space left on device")
  void fullDiskDropsLinesUntilThereIsRoomAgain() throws Exception {
    Path room = directory.resolve("room");
    Path file = Files.createSymbolicLink(directory.resolve("access.log"), Path.of("/dev/full"));
    AccessLog log = log(new LogFile("k", file), QUICK);
    log.log(record("lost", CLIENT));
    await().until(() -> log.dropped() == 1);
    Files.delete(file);
    Files.createSymbolicLink(file, Files.createFile(room));
    log.log(record("kept", CLIENT));
    log.close();
    assertThat(log.dropped()).isEqualTo(1);
    assertThat(Files.readAllLines(room)).singleElement().asString().contains("\"kept\"");
  }

  static boolean hasFullDevice() {
    return Files.exists(Path.of("/dev/full"));
  }

  @Test
  @Logs("logs/access.log: no such directory")
  void removedDirectoryDropsLinesUntilItIsBack() throws Exception {
    Path logs = Files.createDirectory(directory.resolve("logs"));
    Path file = logs.resolve("access.log");
    AccessLog log = log(new LogFile("k", file), QUICK);
    Files.delete(file);
    Files.delete(logs);
    log.reopen();
    log.log(record("lost", CLIENT));
    await().until(() -> log.dropped() == 1);
    Files.createDirectory(logs);
    log.log(record("kept", CLIENT));
    log.close();
    assertThat(Files.readAllLines(file)).singleElement().asString().contains("\"kept\"");
  }

  @Test
  @Logs("access-log: closed with 1 line not written")
  void stuckDiskDoesNotHoldUpTheClose() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AccessLog log =
        log(
            lines -> {
              writing.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            },
            new Batcher.Limits(10, 1, Duration.ZERO, Duration.ofMillis(50)));
    log.log(record("s1", CLIENT));
    writing.await();
    log.close();
    assertThat(release.getCount()).as("close returned while the write was stuck").isEqualTo(1);
    release.countDown();
  }

  @Test
  void offLogsNothing() throws Exception {
    try (AccessLog log = AccessLog.open(to(LogDestination.OFF))) {
      log.closed(null, false);
      log.reopen();
      assertThat(log.dropped()).isZero();
    }
  }

  private static String text(SessionRecord record) throws IOException {
    return new String(AccessLogLine.render(List.of(record)), StandardCharsets.UTF_8);
  }
}
