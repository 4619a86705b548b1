package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that without a token no foreign web page can send requests through a browser on this
 * machine. Provoked with the requests a browser would send, byte by byte. A failure would look like
 * a configuration changed by visiting a page.
 */
class SameSiteTest {
  @TempDir Path directory;

  /** The status and the body of what a request with these header lines is answered. */
  private static String ask(AdminServer server, String request, String... headers)
      throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort())) {
      OutputStream out = socket.getOutputStream();
      String head = request + " HTTP/1.1\r\n" + String.join("\r\n", headers);
      out.write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8081, 404",
    "LOCALHOST, 404",
    "127.0.0.1:8081, 404",
    "127.9.9.9:1, 404",
    "[::1]:8081, 404",
    "evil.example:8081, 403",
    "localhost.evil.example, 403",
    "127.0.0.1.evil.example, 403",
    "10.0.0.1:8081, 403",
    "127.1, 403",
  })
  void hostMustBeThisMachine(String host, int status) throws IOException {
    try (AdminServer server = new AdminServer(null)) {
      String get = ask(server, "GET /api/v1/status", "Host: " + host);
      assertThat(get).startsWith("HTTP/1.1 " + (status == 403 ? 403 : 200));
      String delete = ask(server, "DELETE /api/v1/sessions/s9", "Host: " + host);
      assertThat(delete).startsWith("HTTP/1.1 " + status);
      if (status == 403) {
        assertThat(delete).contains("Host: " + host).contains("node.admin.tokenFile");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8081, 404",
    "HTTP://LocalHost:8081, 404",
    "https://evil.example, 403",
    "http://localhost:3000, 403",
    "http://localhost, 403",
    "http://127.0.0.1:8081, 403",
    "null, 403",
    "nonsense, 403",
  })
  void originMustBeThisSite(String origin, int status) throws IOException {
    try (AdminServer server = new AdminServer(null)) {
      server.member.session("s1", 5);
      String answer =
          ask(server, "DELETE /api/v1/sessions/s9", "Host: localhost:8081", "Origin: " + origin);
      assertThat(answer).startsWith("HTTP/1.1 " + status);
      assertThat(server.member.sessions).hasSize(1);
    }
  }

  @Test
  void healthAndMetricsAnswerWhateverTheHost() throws IOException {
    try (AdminServer server = new AdminServer(null)) {
      for (String path : new String[] {"/livez", "/readyz", "/metrics", "/"}) {
        assertThat(ask(server, "GET " + path, "Host: proxy-1:8081")).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void tokenStandsForBoth() throws IOException {
    try (AdminServer server =
        new AdminServer(Files.writeString(directory.resolve("token"), "s3cret"))) {
      String answer =
          ask(
              server,
              "GET /api/v1/status",
              "Host: admin.example",
              "Origin: https://console.example",
              "Authorization: Bearer s3cret");
      assertThat(answer).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void ownPageIsAnswered() throws Exception {
    try (AdminServer server = new AdminServer(null)) {
      assertThat(
              server
                  .sendBody(
                      "POST",
                      "/api/v1/shutdown",
                      new JsonObject().put("member", "m1").encode(),
                      "Content-Type",
                      "application/json",
                      "Origin",
                      server.url())
                  .statusCode())
          .isEqualTo(202);
    }
  }
}
