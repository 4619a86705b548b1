package dev.fairlead.cli.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.MemberAddress;
import dev.fairlead.cli.client.RefusedException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that top shows the cluster where the member tells it, and one member where it does not.
 * Provoked with servers that answer as members of both kinds. A failure would look like rates of
 * one member that pass for those of all.
 */
class ClusterFeedTest {
  private static final String LIVE =
      """
      : connected

      event: cluster
      data: {"full": true, "member": {"name": "m1"}, "members": [{"id": "i", "name": "m1"}]}

      event: BackendUp
      data: no JSON

      event: sample
      data: {"total": {"errors": 1.5}}

      """;

  private final CountDownLatch ended = new CountDownLatch(1);
  private HttpServer server;
  private ClusterFeed feed;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    answer("/api/v1/status", new JsonObject().put("name", "m1").put("revision", 7));
    answer("/api/v1/members", list("members", new JsonObject().put("name", "m1")));
    answer("/api/v1/listeners", list("listeners", new JsonObject().put("name", "web")));
    answer("/api/v1/pools", list("pools", new JsonObject().put("name", "web")));
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    feed =
        new ClusterFeed(
            new AdminClient(
                new MemberAddress(url, MemberAddress.AddressChoice.OPTION), null, null));
  }

  @AfterEach
  void stop() {
    feed.end();
    ended.countDown();
    server.stop(0);
  }

  private static JsonObject list(String name, JsonObject one) {
    return new JsonObject().put(name, new JsonArray().add(one));
  }

  private void answer(String path, JsonObject body) {
    server.createContext(path, exchange -> send(exchange, 200, body.encode()));
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void theStreamOfTheMemberIsFollowed() throws RefusedException {
    server.createContext(
        "/api/v1/live",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(LIVE.getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          try {
            ended.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    feed.start();
    await().until(() -> feed.view().errorsPerSecond() == 1.5);
    assertThat(feed.view().clusterWide()).isTrue();
    assertThat(feed.view().sections().members()).hasSize(1);
    assertThat(feed.trouble()).isEmpty();
  }

  @Test
  void aMemberWithoutTheStreamIsAskedAgainAndAgain() throws RefusedException {
    feed.start();
    ClusterView first = feed.view();
    assertThat(first.clusterWide()).isFalse();
    assertThat(first.name()).isEqualTo("m1");
    await().until(() -> !feed.view().equals(first));
    assertThat(feed.trouble()).isEmpty();
  }

  @Test
  void aMemberThatFailsIsToldAndTriedAgain() throws RefusedException {
    feed.start();
    server.removeContext("/api/v1/pools");
    server.createContext("/api/v1/pools", exchange -> send(exchange, 503, ""));
    await().until(() -> feed.trouble().endsWith("/api/v1/pools: answered 503"));
    server.removeContext("/api/v1/pools");
    answer("/api/v1/pools", list("pools", new JsonObject().put("name", "web")));
    await().until(() -> feed.trouble().isEmpty());
  }

  @Test
  void aMemberThatNeverAnsweredIsRefusedAtOnce() {
    server.stop(0);
    assertThatThrownBy(() -> feed.start()).isInstanceOf(RefusedException.class);
  }

  @Test
  void ratesArePerSecondAndNotOfACounterThatWentBack() {
    PolledState polled = new PolledState();
    assertThat(rate(polled, 100, 0)).isNull();
    assertThat(rate(polled, 125, 2)).isEqualTo(12.5);
    assertThat(rate(polled, 3, 3)).isNull();
  }

  private static Double rate(PolledState polled, long total, long seconds) {
    JsonObject pool =
        new JsonObject()
            .put("name", "web")
            .put(
                "backends",
                new JsonArray().add(new JsonObject().put("id", "a:1").put("total", total)));
    ClusterView view =
        polled.view(
            new PolledState.PolledAnswers(
                new JsonObject(),
                new JsonObject(),
                new JsonObject(),
                new JsonObject().put("pools", new JsonArray().add(pool))),
            TimeUnit.SECONDS.toNanos(seconds));
    return BackendRow.all(view).get(0).backend().getDouble("connectsPerSecond");
  }
}
