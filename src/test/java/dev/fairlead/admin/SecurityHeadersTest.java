package dev.fairlead.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that browsers neither frame, guess, keep nor leak what the admin listener answers, and
 * that deep bodies are refused. Provoked with answers of every kind. A failure would look like a
 * page of another site that shows this one.
 */
class SecurityHeadersTest {
  private static final int DEEP = 100_000;

  private static String header(HttpResponse<String> answer, String name) {
    return String.join("|", answer.headers().allValues(name));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /, 200, no-cache",
    "GET, /page/app.js, 200, no-cache",
    "GET, /livez, 200, no-store",
    "GET, /metrics, 200, no-store",
    "GET, /api/v1/status, 200, no-store",
    "GET, /api/v1/openapi.yaml, 200, no-cache",
    "HEAD, /api/v1/events, 200, no-store",
    "GET, /api/v1/nothing, 404, no-store",
    "POST, /api/v1/status, 405, no-store",
    "DELETE, /api/v1/sessions/s1, 204, no-store"
  })
  void everyAnswerHasThem(String method, String path, int status, String cache) throws Exception {
    try (AdminServer server = new AdminServer(null)) {
      server.member.session("s1", 5);
      HttpResponse<String> answer = server.send(method, path, null);
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(header(answer, "content-security-policy"))
          .startsWith("default-src 'self';")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(header(answer, "x-content-type-options")).isEqualTo("nosniff");
      assertThat(header(answer, "x-frame-options")).isEqualTo("DENY");
      assertThat(header(answer, "referrer-policy")).isEqualTo("no-referrer");
      assertThat(header(answer, "cross-origin-opener-policy")).isEqualTo("same-origin");
      assertThat(header(answer, "cross-origin-resource-policy")).isEqualTo("same-origin");
      assertThat(header(answer, "cache-control")).isEqualTo(cache);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'nonsense', 400",
    "'GET /livez HTTP/1.1\r\nHost: localhost\r\nno colon', 400",
    "'GET /LONG HTTP/1.1\r\nHost: localhost', 414",
    "'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: LONG', 431",
    "'OPTIONS * HTTP/1.1\r\nHost: localhost', 4"
  })
  void answersToWhatIsNoProperRequestHaveThem(String request, String status) throws Exception {
    try (AdminServer server = new AdminServer(null);
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort())) {
      String head = request.replace("LONG", "x".repeat(20_000)) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(ISO_8859_1));
      String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(answer)
          .matches("(?s)HTTP/1.[01] " + status + ".*")
          .containsIgnoringCase("content-security-policy: default-src 'self';")
          .containsIgnoringCase("x-content-type-options: nosniff");
    }
  }

  @Test
  void thePageHasNothingInline() throws Exception {
    String page = Files.readString(Path.of("src/main/resources/page/index.html"));
    assertThat(page)
        .doesNotContainPattern("<script(?![^>]* src=)|<style|\\sstyle=|\\son[a-z]+=|javascript:");
  }

  @Test
  void deepBodiesAreRefused() throws Exception {
    try (AdminServer server = new AdminServer(null)) {
      String deep = "{\"revision\":" + "[".repeat(DEEP) + "]".repeat(DEEP) + "}";
      HttpResponse<String> answer =
          server.sendBody(
              "POST", "/api/v1/config/rollback", deep, "Content-Type", "application/json");
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(server.commands.said).isEmpty();
    }
  }
}
