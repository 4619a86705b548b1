package dev.fairlead.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.TestRun;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that events reach who listens, and that one who leaves or does not read costs nothing in
 * the end. Provoked with plain sockets. A failure would look like a subscription that stays, or
 * memory that grows with a stopped browser.
 */
class EventStreamTest {

  private final AdminServer server = new AdminServer(null);

  @AfterEach
  void close() {
    server.close();
  }

  private Socket connect() throws IOException {
    return connect(URI.create(server.url()).getPort(), "");
  }

  private static Socket connect(int port, String query) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket
        .getOutputStream()
        .write(
            ("GET /api/v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(UTF_8));
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
  }

  private static void awaitLine(BufferedReader in, String line) throws IOException {
    String read = in.readLine();
    while (read != null && !read.equals(line)) {
      read = in.readLine();
    }
    assertThat(read).isEqualTo(line);
  }

  @Test
  void eventIsItsTypeAndItself() throws IOException {
    JsonObject event = new JsonObject().put("type", "ConfigUpdate").put("member", "id-1");
    try (Socket socket = connect()) {
      BufferedReader in = reader(socket);
      awaitLine(in, "content-type: text/event-stream");
      awaitLine(in, ": connected");
      server.events.publish(event);
      awaitLine(in, "event: ConfigUpdate");
      assertThat(in.readLine()).isEqualTo("data: " + event.encode());
      assertThat(in.readLine()).isEmpty();
    }
  }

  @Test
  void foreignTypeCannotForgeLines() {
    assertThat(EventStream.text(new JsonObject().put("type", "a\ndata: b").put("t", "\r\n")))
        .isEqualTo("data: {\"type\":\"a\\ndata: b\",\"t\":\"\\r\\n\"}\n\n");
    assertThat(EventStream.text(new JsonObject().put("type", 3)))
        .isEqualTo("data: {\"type\":3}\n\n");
  }

  @Test
  void clientThatLeavesIsForgotten() throws IOException {
    for (int i = 0; i < 3; i++) {
      try (Socket socket = connect()) {
        awaitLine(reader(socket), ": connected");
        assertThat(server.events.listeners).hasSize(1);
      }
      await().until(server.events.listeners::isEmpty);
    }
  }

  @Test
  void clientThatLeftBeforeItsStreamBeganIsNotSubscribed() throws Exception {
    Vertx vertx = Vertx.vertx();
    FakeEvents events = new FakeEvents();
    CountDownLatch came = new CountDownLatch(1);
    CountDownLatch opened = new CountDownLatch(1);
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            ctx -> {
              ctx.response()
                  .closeHandler(
                      closed -> {
                        EventStream.open(ctx, events);
                        opened.countDown();
                      });
              came.countDown();
            });
    try {
      int port = vertx.createHttpServer().requestHandler(router).listen(0).await().actualPort();
      try (Socket socket = connect(port, "")) {
        assertThat(came.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(socket.isConnected()).isTrue();
      }
      assertThat(opened.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(events.listeners).isEmpty();
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void clientThatDoesNotReadIsCutOff() throws IOException {
    JsonObject event = new JsonObject().put("type", "Shutdown").put("text", "x".repeat(10_000));
    try (Socket socket = connect()) {
      await().until(() -> server.events.listeners.size() == 1);
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                for (int i = 0; i < 100; i++) {
                  server.events.publish(event);
                }
                return server.events.listeners.isEmpty();
              });
      assertThat(ends(socket)).isTrue();
    }
  }

  @Test
  void clientIsNotCutOffForTheEventsOfThePast() throws IOException {
    JsonObject event = new JsonObject().put("type", "Shutdown").put("text", "x".repeat(10_000));
    server.events.past.addAll(Collections.nCopies(2_000, event));
    try (Socket socket = connect(URI.create(server.url()).getPort(), "?since=1h")) {
      BufferedReader in = reader(socket);
      awaitLine(in, ": connected");
      server.events.publish(new JsonObject().put("type", "ConfigUpdate"));
      awaitLine(in, "event: ConfigUpdate");
    }
  }

  /** Reads to the end, which comes as such or as a reset. */
  private static boolean ends(Socket socket) throws IOException {
    socket.setSoTimeout((int) TestRun.PATIENCE.toMillis());
    try {
      return socket.getInputStream().skip(Long.MAX_VALUE) >= 0
          && socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void headOfTheStreamEnds() throws Exception {
    assertThat(server.send("HEAD", "/api/v1/events", null).statusCode()).isEqualTo(200);
    assertThat(server.events.listeners).isEmpty();
  }

  @Test
  void stopDoesNotWaitForListeners() throws IOException {
    try (Socket socket = connect()) {
      BufferedReader in = reader(socket);
      awaitLine(in, ": connected");
      server.close();
      assertThat(server.events.listeners).isEmpty();
      while (in.readLine() != null) {
        // What was written before the end.
      }
    }
  }
}
