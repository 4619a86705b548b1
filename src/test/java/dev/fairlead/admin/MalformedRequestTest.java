package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.testkit.TestRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Ensures that a request, however malformed, is at most refused. Provoked by bytes that are no
 * request, or nearly one. A failure looks like a 500, or like anything in the log.
 */
class MalformedRequestTest {
  private static final String HOST = "Host: localhost\r\n";
  private static final int FUZZED = 3000;

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final AdminServer server = new AdminServer(null);

  @BeforeEach
  void listen() {
    root.addAppender(logged);
    logged.start();
  }

  @AfterEach
  void close() {
    root.detachAppender(logged);
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort());
    socket.setSoTimeout((int) TestRun.PATIENCE.toMillis());
    return socket;
  }

  private static String firstLine(Socket socket) throws IOException {
    InputStreamReader in =
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1);
    return Objects.requireNonNullElse(new BufferedReader(in).readLine(), "");
  }

  /** The first line of the answer. */
  private String answer(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return firstLine(socket);
    }
  }

  /** The same with the client's FIN after the request; empty if there is no answer. */
  private String answerBeforeFin(byte[] request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      return firstLine(socket);
    } catch (SocketException reset) {
      return "";
    }
  }

  private void assertNothingLogged() {
    assertThat(logged.list)
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /livez HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /livez HTTP/1.1\r\n" + HOST + HOST + "\r\n",
        "GET /livez HTTP/1.1\r\n" + HOST + "host: other\r\n\r\n",
        "GET /livez HTTP/1.0\r\n" + HOST + HOST + "\r\n",
        "GET http://other.example/livez HTTP/1.1\r\n" + HOST + "\r\n",
        "GET http://other.example HTTP/1.1\r\n" + HOST + "\r\n",
        "GET http://localhost@other.example/livez HTTP/1.1\r\n" + HOST + "\r\n",
        "GET /%zz HTTP/1.1\r\n" + HOST + "\r\n",
        "GET /% HTTP/1.1\r\n" + HOST + "\r\n",
        "GET /livez?%zz HTTP/1.1\r\n" + HOST + "\r\n",
        "GET /api/v1/sessions?limit=%zz HTTP/1.1\r\n" + HOST + "\r\n",
        "GET /api/v1/sessions?limit=%4 HTTP/1.1\r\n" + HOST + "\r\n",
        "DELETE /api/v1/sessions/%zz HTTP/1.1\r\n" + HOST + "\r\n",
        "PATCH /api/v1/pools/%/backends/% HTTP/1.1\r\n" + HOST + "\r\n",
        "GET /livez HTTP/1.1\r\n" + HOST + "Content-Length: x\r\n\r\n",
        "GET /livez HTTP/1.1\r\n" + HOST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "GET /livez HTTP/1.1\r\n" + HOST + "no colon\r\n\r\n",
        "GET /livez HTTP/9.9.9\r\n" + HOST + "\r\n",
        "nonsense\r\n\r\n",
      })
  void isRefusedWith400(String request) throws IOException {
    assertThat(answer(request)).matches("HTTP/1.[01] 400 Bad Request");
    assertNothingLogged();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://localhost/livez HTTP/1.1\r\n" + HOST + "\r\n",
        "GET HTTP://LOCALHOST/livez?x=%C3%A4+ HTTP/1.1\r\n" + HOST + "\r\n",
        "GET /livez?x=%25 HTTP/1.1\r\n" + HOST + "\r\n",
      })
  void isUnusualButServed(String request) throws IOException {
    assertThat(answer(request)).isEqualTo("HTTP/1.1 200 OK");
    assertNothingLogged();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1//pools/web/backends/127.0.0.1:9001",
        "/api/v1/./pools/web/backends/127.0.0.1:9001",
        "/./api/v1/pools/web/backends/127.0.0.1%3A9001",
        "/x/../api/v1/pools/web/backends/127.0.0.1:9001",
        "/%61pi/v1/pools/web/backends/127.0.0.1:9001",
      })
  void aPathThatIsNotNormalizedMeansTheSame(String path) throws IOException {
    String body = "{\"weight\": 3}";
    String answer =
        answer(
            "PATCH "
                + path
                + " HTTP/1.1\r\n"
                + HOST
                + "Content-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body);
    assertThat(answer).isEqualTo("HTTP/1.1 200 OK");
    assertThat(server.commands.last().body().getString("pool")).isEqualTo("web");
    assertThat(server.commands.last().body().getString("backend")).isEqualTo("127.0.0.1:9001");
    assertNothingLogged();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json; charset=none",
        "application/json",
        ";;;",
      })
  void aBodyOfAnyTypeIsAtMostRefused(String type) throws IOException {
    for (String body : List.of("%zz=%&&;", "--x\r\n\r\n", "{", "[[[", "\u0000\u00ff", "null")) {
      for (String target :
          List.of(
              "POST /api/v1/config?dryRun=1",
              "POST /api/v1/config/rollback",
              "POST /api/v1/shutdown",
              "PATCH /api/v1/pools/web/backends/x",
              "GET /api/v1/status")) {
        String answer =
            answer(
                target
                    + " HTTP/1.1\r\n"
                    + HOST
                    + "Content-Type: "
                    + type
                    + "\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body);
        assertThat(answer).as(target + " " + type + " " + body).matches("HTTP/1.1 [24]\\d\\d .*");
      }
    }
    assertNothingLogged();
  }

  @Test
  void aClientThatLeavesInTheMiddleIsNoError() throws IOException {
    String head = "POST /api/v1/config HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n";
    answerBeforeFin(
        (head + "Content-Length: 100\r\n\r\n{\"a\":").getBytes(StandardCharsets.ISO_8859_1));
    answerBeforeFin(
        (head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\nzz\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    answerBeforeFin(
        (head + "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    assertThat(answer("GET /livez HTTP/1.1\r\n" + HOST + "\r\n")).isEqualTo("HTTP/1.1 200 OK");
    assertNothingLogged();
  }

  @Test
  void fuzzedRequestsAreAtMostRefused() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> samples =
        List.of(
            "GET /api/v1/sessions?limit=5 HTTP/1.1\r\n" + HOST + "Accept: */*\r\n\r\n",
            "GET /api/v1/explain?listener=web&source=127.0.0.1&sni=a HTTP/1.1\r\n" + HOST + "\r\n",
            "GET /api/v1/config?revision=1 HTTP/1.1\r\n" + HOST + "Origin: http://a\r\n\r\n",
            "DELETE /api/v1/sessions/%41 HTTP/1.1\r\n" + HOST + "\r\n",
            "HEAD /api/v1/events?since=5m HTTP/1.1\r\n" + HOST + "\r\n",
            "POST /api/v1/config?dryRun=true&author=%41 HTTP/1.1\r\n"
                + HOST
                + "Content-Type: application/yaml\r\nIf-Match: \"3\"\r\nContent-Length: 2\r\n\r\n{}",
            "POST /api/v1/config/rollback HTTP/1.1\r\n"
                + HOST
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "e\r\n{\"revision\":1}\r\n0\r\n\r\n",
            "POST /api/v1/shutdown HTTP/1.1\r\n"
                + HOST
                + "Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"member\":\"m1\"}",
            "PATCH /api/v1/pools/web/backends/unix:/a HTTP/1.1\r\n"
                + HOST
                + "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"weight\":3}");
    for (int i = 0; i < FUZZED; i++) {
      byte[] request =
          samples.get(random.nextInt(samples.size())).getBytes(StandardCharsets.ISO_8859_1);
      for (int change = random.nextInt(4); change >= 0; change--) {
        request = changed(request, random);
      }
      assertThat(answerBeforeFin(request))
          .as("seed %s, %s", seed, new String(request, StandardCharsets.ISO_8859_1))
          .doesNotContain(" 500 ");
    }
    assertNothingLogged();
  }

  private static byte[] changed(byte[] request, Random random) {
    int at = random.nextInt(request.length);
    byte[] piece =
        List.of(
                "%",
                "%zz", "/", "//", "..", "?", "\r\n", " ", "\u0000", "\u00ff", "{", "&", ":", "")
            .get(random.nextInt(14))
            .getBytes(StandardCharsets.ISO_8859_1);
    int skipped = Math.min(request.length - at, random.nextInt(3));
    byte[] result = new byte[request.length - skipped + piece.length];
    System.arraycopy(request, 0, result, 0, at);
    System.arraycopy(piece, 0, result, at, piece.length);
    System.arraycopy(
        request, at + skipped, result, at + piece.length, request.length - at - skipped);
    return result;
  }
}
