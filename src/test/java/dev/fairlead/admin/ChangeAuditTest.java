package dev.fairlead.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.fairlead.event.AuditLog;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Ensures that every change by HTTP, and every refused one, is a line of the audit log. Provoked
 * with requests of each kind. A failure would look like a change that nobody made.
 */
class ChangeAuditTest {
  private static final String JSON = "application/json";
  private static final String FULL = "Bearer full-token";

  private final Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event.getFormattedMessage());
        }
      };

  @TempDir private Path directory;
  private AdminServer server;

  @BeforeEach
  void start() throws Exception {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    appender.start();
    logger.addAppender(appender);
    server =
        new AdminServer(
            Files.writeString(directory.resolve("full"), "full-token"),
            Files.writeString(directory.resolve("read"), "read-token"),
            null,
            HttpClient.newHttpClient());
  }

  @AfterEach
  void stop() {
    server.close();
    logger.detachAppender(appender);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private String line(String method, String path, String type, String token, String body)
      throws Exception {
    lines.clear();
    server.sendBody(method, path, body, "Content-Type", type, "Authorization", token);
    await().until(() -> lines.size() == 1);
    return lines.get(0);
  }

  @Test
  void changesSayWhoWhatAndTheirResult() throws Exception {
    assertThat(line("POST", "/api/v1/config?author=ann", "application/yaml", FULL, "pools: []\n"))
        .isEqualTo(
            "push of 10 characters of yaml by \"ann\", from http 127.0.0.1, token full: revision 8");
    assertThat(
            line(
                "PATCH",
                "/api/v1/pools/web/backends/a:1",
                JSON,
                FULL,
                "{\"weight\": 3, \"author\": \"bob\"}"))
        .isEqualTo("set web/a:1 weight 3 by \"bob\", from http 127.0.0.1, token full: revision 8");
    assertThat(line("POST", "/api/v1/config/rollback", JSON, FULL, "{\"revision\": 5}"))
        .isEqualTo("rollback to revision 5 from http 127.0.0.1, token full: revision 8");
    server.member.session("s1", 5);
    assertThat(line("DELETE", "/api/v1/sessions/s1", JSON, FULL, ""))
        .isEqualTo("close of session s1 from http 127.0.0.1, token full: done");
    assertThat(line("POST", "/api/v1/shutdown", JSON, FULL, "{\"member\": \"*\"}"))
        .startsWith("shutdown of all members, grace as configured from ")
        .endsWith(": done");
  }

  @Test
  void refusedOnesSayWhy() throws Exception {
    assertThat(line("DELETE", "/api/v1/sessions/s9", JSON, FULL, ""))
        .endsWith(": refused: 404 this member has no live session s9");
    assertThat(line("POST", "/api/v1/config/rollback", "text/plain", FULL, "x"))
        .startsWith("rollback from ")
        .contains(": refused: 415 Content-Type: text/plain");
    server.commands.answer =
        Future.failedFuture(new CommandException(CommandException.CONFLICT, "expect", "it is 9"));
    assertThat(line("POST", "/api/v1/config", "application/yaml", FULL, "pools: []"))
        .endsWith(": refused: 409 expect: it is 9");
  }

  @Test
  void whoIsNotLetInIsALineASecond() throws Exception {
    assertThat(line("POST", "/api/v1/config/rollback", JSON, "Bearer read-token", "{}"))
        .startsWith("rollback from http 127.0.0.1, token read")
        .contains(": refused: 403 the token is that of node.admin.readTokenFile");
  }

  @Test
  void aRefusedChangeIsNamedAsADoneOneWithItsWholeReason() throws Exception {
    String path = "/api/v1/pools/web/backends/127.0.0.1%3A9001";
    assertThat(line("PATCH", path, JSON, "Bearer read-token", "{\"weight\": 3}"))
        .startsWith("set web/127.0.0.1:9001 from http 127.0.0.1, token read: refused: 403 ")
        .endsWith(")");
    String expected = "one of " + "a, ".repeat(60) + "b";
    server.commands.answer =
        Future.failedFuture(
            new CommandException(
                CommandException.PROBLEMS, "weight", "x (expected: " + expected + ")"));
    assertThat(line("PATCH", path, JSON, FULL, "{\"weight\": 3, \"state\": \"draining\"}"))
        .startsWith("set web/127.0.0.1:9001 weight 3 state draining from ")
        .endsWith("x (expected: " + expected + ")");
  }

  @Test
  void whateverAStrangerGetsIsALineASecond() throws Exception {
    long begun = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      assertThat(server.send("POST", "/livez", null).statusCode()).isEqualTo(405);
      assertThat(server.send("PUT", "/page/none", null).statusCode()).isEqualTo(405);
    }
    server.send("DELETE", "/api/v1/sessions/s9", FULL);
    await().until(() -> lines.stream().anyMatch(line -> line.startsWith("close of session s9")));
    long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds() + 1;
    assertThat(lines).hasSizeBetween(2, (int) seconds + 1);
    assertThat(lines.get(0))
        .startsWith("POST /livez from http 127.0.0.1, token none: refused: 405 ");
  }

  @Test
  void aRequestWithoutAnAnswerIsBrokenOff() throws Exception {
    String head = "Host: localhost\r\nContent-Length: 9\r\nContent-Type: " + JSON + "\r\n";
    leave(
        "POST /api/v1/config?dryRun=true HTTP/1.1\r\nAuthorization: Bearer read-token\r\n" + head);
    leave("POST /api/v1/shutdown HTTP/1.1\r\nAuthorization: " + FULL + "\r\n" + head);
    await().until(() -> !lines.isEmpty());
    assertThat(lines).containsExactly("shutdown from http 127.0.0.1, token full: broken off");
  }

  /** Sends the head and a part of the body, and resets the connection. */
  private void leave(String head) throws Exception {
    server.send("GET", "/api/v1/status", FULL); // Reads the tokens, if that is due.
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort())) {
      socket.getOutputStream().write((head + "\r\n{").getBytes(UTF_8));
      // An answer to another connection shows that the server has read the head.
      server.send("GET", "/api/v1/status", FULL);
      socket.setSoLinger(true, 0);
    }
  }

  @Test
  void readingAndTryingAreNoLines() throws Exception {
    server.send("GET", "/api/v1/status", FULL);
    server.send("GET", "/api/v1/config/history", FULL);
    server.sendBody(
        "POST",
        "/api/v1/config?dryRun=true",
        "pools: []",
        "Content-Type",
        "application/yaml",
        "Authorization",
        FULL);
    assertThat(line("DELETE", "/api/v1/sessions/s9", JSON, FULL, "")).startsWith("close of");
  }
}
