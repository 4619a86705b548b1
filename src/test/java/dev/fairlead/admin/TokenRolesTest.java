package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.NodeConfig;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that the token that may look can change nothing, and that changed files of tokens are
 * used. Provoked with every kind of request, and with files that are replaced, emptied and removed.
 * A failure would look like a dashboard that can shut the cluster down.
 */
class TokenRolesTest {
  private static final String FULL = "Bearer full-token";
  private static final String READ = "Bearer read-token";

  @TempDir private Path directory;

  private Path full;
  private Path read;

  @BeforeEach
  void write() throws IOException {
    full = Files.writeString(directory.resolve("full"), "full-token\n");
    read = Files.writeString(directory.resolve("read"), "read-token\n");
  }

  private AdminServer start() {
    return new AdminServer(full, read, null, HttpClient.newHttpClient());
  }

  private AdminTokens tokens() {
    return AdminTokens.read(new NodeConfig.Admin("127.0.0.1", 0, full, null, 128, read));
  }

  private static HttpResponse<String> send(
      AdminServer server, String method, String path, String token) throws Exception {
    String type = path.startsWith("/api/v1/config?") ? "application/yaml" : "application/json";
    return server.sendBody(method, path, "{}", "Content-Type", type, "Authorization", token);
  }

  @Test
  void statusSaysTheRole() throws Exception {
    try (AdminServer server = start()) {
      for (String[] each : new String[][] {{FULL, "full"}, {READ, "read"}}) {
        JsonObject status = new JsonObject(server.send("GET", "/api/v1/status", each[0]).body());
        assertThat(status.getString("tokenRole")).isEqualTo(each[1]);
      }
    }
    try (AdminServer server = new AdminServer(null)) {
      assertThat(server.json("/api/v1/status").getString("tokenRole")).isEqualTo("none");
    }
  }

  @Test
  void theReadingTokenSeesEverything() throws Exception {
    try (AdminServer server = start()) {
      for (String path :
          new String[] {"status", "members", "pools", "sessions", "config", "config/history"}) {
        assertThat(server.send("GET", "/api/v1/" + path, READ).statusCode()).isEqualTo(200);
        assertThat(server.send("HEAD", "/api/v1/" + path, READ).statusCode()).isEqualTo(200);
      }
      assertThat(server.send("HEAD", "/api/v1/events", READ).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /api/v1/config",
    "POST, /api/v1/config?dryRun=false",
    "POST, /api/v1/config?dryRun=false&dryRun=true",
    "POST, /api/v1/config/rollback",
    "POST, /api/v1/config/rollback?dryRun=true",
    "POST, /api/v1/shutdown",
    "PATCH, /api/v1/pools/web/backends/a:1",
    "PATCH, /api/v1/pools/web/backends/a:1?dryRun=true",
    "DELETE, /api/v1/sessions/s1",
    "PUT, /api/v1/status",
    "POST, /api/v1/nothing"
  })
  void theReadingTokenChangesNothing(String method, String path) throws Exception {
    try (AdminServer server = start()) {
      server.member.session("s1", 5);
      HttpResponse<String> answer = send(server, method, path, READ);
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).contains("node.admin.readTokenFile", "node.admin.tokenFile");
      assertThat(server.commands.said).isEmpty();
      assertThat(server.member.sessions).hasSize(1);
    }
  }

  @Test
  void theReadingTokenTriesAPush() throws Exception {
    try (AdminServer server = start()) {
      assertThat(send(server, "POST", "/api/v1/config?dryRun=true", READ).statusCode())
          .isEqualTo(200);
      assertThat(server.commands.last().body().getBoolean("dryRun")).isTrue();
      assertThat(send(server, "POST", "/api/v1/config?note=x", FULL).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void changedFilesAreUsed() throws Exception {
    AdminTokens tokens = tokens();
    assertThat(tokens.role("full-token")).contains(TokenRole.FULL);
    assertThat(tokens.role("read-token")).contains(TokenRole.READ);
    Files.writeString(full, "another\n");
    Files.writeString(read, "and this\n");
    tokens.refresh();
    assertThat(tokens.role("full-token")).isEmpty();
    assertThat(tokens.role("read-token")).isEmpty();
    assertThat(tokens.role("another")).contains(TokenRole.FULL);
    assertThat(tokens.role("and this")).contains(TokenRole.READ);
  }

  @Test
  @Logs("the tokens of before stay in use")
  void brokenFilesAreToldOnceAndNotUsed(LogWatch log) throws Exception {
    AdminTokens tokens = tokens();
    Files.writeString(full, "another\n");
    Files.writeString(read, "\n");
    tokens.refresh();
    tokens.refresh();
    assertThat(tokens.role("full-token")).contains(TokenRole.FULL);
    assertThat(tokens.role("another")).isEmpty();
    assertThat(tokens.role("")).isEqualTo(Optional.empty());
    assertThat(log.lines())
        .singleElement()
        .asString()
        .contains("node.admin.readTokenFile: " + read + " (expected: a token in its first line");
    Files.delete(full);
    tokens.refresh();
    assertThat(log.lines()).hasSize(2);
    Files.writeString(full, "third\n");
    Files.writeString(read, "read-token\n");
    tokens.refresh();
    assertThat(tokens.role("third")).contains(TokenRole.FULL);
  }

  @Test
  @Logs("the tokens of before stay in use")
  void aFileThatBecomesAPipeIsNotRead(LogWatch log) throws Exception {
    AdminTokens tokens = tokens();
    Files.delete(read);
    assertThat(new ProcessBuilder("mkfifo", read.toString()).start().waitFor()).isZero();
    tokens.refresh();
    assertThat(tokens.role("read-token")).contains(TokenRole.READ);
    assertThat(log.lines()).singleElement().asString().contains("not a regular file any more");
  }

  @Test
  @Logs("the tokens of before stay in use")
  void noRequestWaitsForFilesThatCannotBeRead(LogWatch log) throws Exception {
    CountDownLatch readable = new CountDownLatch(1);
    AtomicInteger refreshes = new AtomicInteger();
    Runnable hanging =
        () -> {
          refreshes.incrementAndGet();
          try {
            readable.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    AtomicLong nanos = new AtomicLong();
    LongSupplier clock = () -> nanos.addAndGet(Duration.ofSeconds(5).toNanos());
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      router.route().handler(new BearerToken(tokens(), hanging, clock));
      router.route().handler(ctx -> ctx.end(TokenRole.in(ctx).label()));
      int port = vertx.createHttpServer().requestHandler(router).listen(0).await().actualPort();
      for (String[] each : new String[][] {{FULL, "full"}, {READ, "read"}, {FULL, "full"}}) {
        URI url = URI.create("http://localhost:" + port);
        HttpRequest request = HttpRequest.newBuilder(url).header("Authorization", each[0]).build();
        assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body())
            .isEqualTo(each[1]);
      }
      assertThat(refreshes).hasValue(1);
      assertThat(log.lines()).singleElement().asString().contains("takes more than 1 s");
    } finally {
      readable.countDown();
      vertx.close().await();
    }
  }

  @Test
  void twoTokensDiffer() throws Exception {
    Files.writeString(read, "full-token");
    assertThatThrownBy(this::tokens)
        .hasMessage(
            "node.admin.readTokenFile: "
                + read
                + " (expected: another token than that of node.admin.tokenFile)");
  }
}
