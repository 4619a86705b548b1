package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.Http;
import dev.fairlead.config.LinearPattern;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.StatusRanges;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpCheckTest {

  @EveryTransport
  void theStatusLineIsEnough(TransportKind transport) throws Exception {
    CompletableFuture<String> request = new CompletableFuture<>();
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend =
            TestBackend.serving(
                connection -> {
                  String asked = readRequest(connection);
                  connection.send("HTTP/1.1 ");
                  connection.send("200 OK\r\n");
                  connection.expectReset();
                  request.complete(asked);
                })) {
      Probed probed =
          Probed.by(HealthConfig.Type.HTTP, backend.port()).http("/health?full=1", null);
      assertThat(running.probe(probed)).isEqualTo(CheckResult.passed("status 200"));
      assertThat(request.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo(
              "GET /health?full=1 HTTP/1.1\r\nHost: 127.0.0.1:"
                  + backend.port()
                  + "\r\nUser-Agent: fairlead-health\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 204 No Content\r\n\r\n', PASSED, status 204",
    "'HTTP/1.0 200\n', PASSED, status 200",
    "'HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n', PASSED, status 302",
    "'HTTP/1.1 503 Service Unavailable\r\n\r\n', FAILED, status 503",
    "'HTTP/1.1 404 \r\n\r\n', FAILED, status 404",
    "'HTTP/2 200\r\n', FAILED, no HTTP answer",
    "'HTTP/1.1 2000 OK\r\n', FAILED, no HTTP answer",
    "'SSH-2.0-OpenSSH_9.2\r\n', FAILED, no HTTP answer",
    "'HTTP/1.1 200 OK', FAILED, no HTTP answer",
    "'\r\n', FAILED, no HTTP answer",
    "'', FAILED, connection closed"
  })
  void judgesTheAnswer(String answer, CheckResult.Conclusion kind, String reason) throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = answering(answer)) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.HTTP, backend.port())))
          .isEqualTo(new CheckResult(kind, reason));
    }
  }

  @Test
  void anEndlessLineIsNoAnswer() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend =
            TestBackend.serving(
                connection -> {
                  readRequest(connection);
                  connection.send("HTTP/1.1 200 " + "x".repeat(HttpCheck.LONGEST_LINE_BYTES));
                  connection.readText(); // it does not end by our closing
                })) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.HTTP, backend.port())))
          .isEqualTo(CheckResult.failed("no HTTP answer"));
    }
  }

  @Test
  void namesTheHostAsTheConfigurationSays(@TempDir Path directory) throws Exception {
    CompletableFuture<String> named = new CompletableFuture<>();
    CompletableFuture<String> configured = new CompletableFuture<>();
    CompletableFuture<String> unix = new CompletableFuture<>();
    Path path = directory.resolve("backend.sock");
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend first = hearing(named);
        TestBackend second = hearing(configured);
        TestBackend third = hearing(unix, path)) {
      Probed byName = Probed.by(HealthConfig.Type.HTTP, "web.invalid", 1).port(first.port());
      Backend backend = byName.object();
      backend.resolved(List.of(InetAddress.getLoopbackAddress()));
      running.probe(byName, backend);
      running.probe(Probed.by(HealthConfig.Type.HTTP, second.port()).http("/", "www.example.com"));
      running.probe(
          Probed.by(
              HealthConfig.Type.HTTP,
              new BackendConfig(null, 0, path.toString(), 1, State.ENABLED)));

      assertThat(named.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .contains("\r\nHost: web.invalid:" + first.port() + "\r\n");
      assertThat(configured.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .contains("\r\nHost: www.example.com\r\n");
      assertThat(unix.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .contains("\r\nHost: localhost\r\n");
      assertThat(third.accepted()).isEqualTo(1);
    }
  }

  @Test
  void asksWithTheMethodAndHeadersOfTheConfiguration() throws Exception {
    CompletableFuture<String> request = new CompletableFuture<>();
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = hearing(request)) {
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("user-agent", "me");
      headers.put("X-Empty", "");
      running.probe(
          Probed.by(HealthConfig.Type.HTTP, backend.port())
              .http(new Http("POST", "/up", "a.example", headers, StatusRanges.DEFAULT, null)));
      assertThat(request.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo(
              "POST /up HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\nuser-agent: me"
                  + "\r\nX-Empty: \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nrole: äb', PASSED,"
        + " 'status 200, the expected body'",
    "'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrole: äb', PASSED,"
        + " 'status 200, the expected body'",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nrole:\r\n4\r\n äb\r\n0\r\n\r\n',"
        + " PASSED, 'status 200, the expected body'",
    "'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nrole: ab', FAILED,"
        + " 'status 200, not the expected body'",
    "'HTTP/1.1 204 No Content\r\n\r\n', FAILED, 'status 204, not the expected body'",
    "'HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\nrole: äb', FAILED, status 503",
    "'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nrole: äb', FAILED, connection closed",
    "'SSH-2.0-OpenSSH_9.2\r\n', FAILED, no HTTP answer"
  })
  void judgesTheBody(String answer, CheckResult.Conclusion kind, String reason) throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = answering(answer)) {
      assertThat(running.probe(withBody(backend, "^role: ä")))
          .isEqualTo(new CheckResult(kind, reason));
    }
  }

  @EveryTransport
  void judgesAnEndlessBodyByItsFirst64Kib(TransportKind transport) throws Exception {
    String most = "x".repeat(HttpBodyReader.MOST_BYTES - 2);
    String head = "HTTP/1.1 200 OK\r\n\r\n";
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend just = staying(head + most + "okx");
        TestBackend late = staying(head + most + "xok")) {
      assertThat(running.probe(withBody(just, "ok")).conclusion())
          .isEqualTo(CheckResult.Conclusion.PASSED);
      assertThat(running.probe(withBody(late, "ok")).conclusion())
          .isEqualTo(CheckResult.Conclusion.FAILED);
    }
  }

  private static Probed withBody(TestBackend backend, String pattern) {
    return Probed.by(HealthConfig.Type.HTTP, backend.port())
        .http(
            new Http("GET", "/", null, Map.of(), StatusRanges.DEFAULT, new LinearPattern(pattern)));
  }

  private static TestBackend staying(String answer) throws IOException {
    return TestBackend.serving(
        connection -> {
          readRequest(connection);
          connection.send(answer);
          connection.readSome(1); // until we close it
        });
  }

  private static TestBackend answering(String answer) throws IOException {
    return TestBackend.serving(
        connection -> {
          readRequest(connection);
          connection.send(answer);
        });
  }

  private static TestBackend hearing(CompletableFuture<String> request) throws IOException {
    return TestBackend.serving(connection -> request.complete(readRequest(connection)));
  }

  private static TestBackend hearing(CompletableFuture<String> request, Path path)
      throws IOException {
    return TestBackend.serving(
        connection -> request.complete(readRequest(connection)), UnixDomainSocketAddress.of(path));
  }

  private static String readRequest(TestConnection connection) throws IOException {
    StringBuilder request = new StringBuilder();
    while (request.indexOf("\r\n\r\n") < 0) {
      connectionEnds(request, connection.readSome(1024));
    }
    return request.toString();
  }

  private static void connectionEnds(StringBuilder request, byte[] some) {
    assertThat(some).as("more of the request after %s", request).isNotEmpty();
    request.append(new String(some, java.nio.charset.StandardCharsets.US_ASCII));
  }
}
