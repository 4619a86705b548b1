package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.fairlead.cluster.FakeClock;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestRun;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class AdminAccessTest {
  private final Logger guesses = (Logger) LoggerFactory.getLogger(TokenGuesses.class);

  @TempDir Path directory;

  @BeforeEach
  void quiet() {
    guesses.setLevel(Level.ERROR);
  }

  @AfterEach
  void loud() {
    guesses.setLevel(null);
  }

  private static BearerToken guard(Path tokenFile) {
    NodeConfig.Admin config = new NodeConfig.Admin("127.0.0.1", 0, tokenFile, null, 128, null);
    AdminTokens tokens = AdminTokens.read(config);
    return new BearerToken(tokens, tokens::refresh, new FakeClock());
  }

  private Path tokenFile(String content) throws IOException {
    return Files.writeString(directory.resolve("token"), content);
  }

  @Test
  void tokenOpensTheApi() throws Exception {
    try (AdminServer server = new AdminServer(tokenFile("s3cret\nsecond line\n"))) {
      assertThat(server.send("GET", "/api/v1/status", "Bearer s3cret").statusCode()).isEqualTo(200);
      assertThat(server.send("GET", "/api/v1/status", "bearer s3cret").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer s3cretx",
        "Basic s3cret",
        "s3cret"
      })
  void wrongTokenDoesNot(String authorization) throws Exception {
    try (AdminServer server = new AdminServer(tokenFile("s3cret"))) {
      HttpResponse<String> answer = server.send("GET", "/api/v1/status", authorization);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().firstValue("www-authenticate"))
          .hasValueSatisfying(scheme -> assertThat(scheme).startsWith("Bearer"));
      assertThat(answer.body()).contains("problems").doesNotContain("s3cret");
    }
  }

  @Test
  void afterAWrongTokenTheRightOneIsComparedLaterWithItsWholeBody() throws Exception {
    try (AdminServer server = new AdminServer(tokenFile("s3cret"))) {
      assertThat(server.send("GET", "/api/v1/status", "Bearer wrong").statusCode()).isEqualTo(401);
      String document = "pools: [] # " + "x".repeat(100_000);
      HttpResponse<String> answer =
          server.sendBody(
              "POST",
              "/api/v1/config",
              document,
              "Content-Type",
              "application/yaml",
              "Authorization",
              "Bearer s3cret");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(server.commands.last().body().getString("config")).isEqualTo(document);
      assertThat(server.send("GET", "/api/v1/status", "Bearer s3cret").statusCode()).isEqualTo(200);
    }
  }

  /** With a clock that stands still: one is compared at once, four wait, the last is refused. */
  @Test
  void tooManyGuessesAreRefusedUnread() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      BearerToken guard = guard(tokenFile("s3cret"));
      Router router = Router.router(vertx);
      router.route().handler(guard).handler(ctx -> ctx.response().end());
      int port = vertx.createHttpServer().requestHandler(router).listen(0).await().actualPort();
      HttpRequest guess = request(port, "/", "wrong");
      HttpClient client = HttpClient.newHttpClient();
      assertThat(client.send(guess, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
      assertThat(
              Stream.generate(() -> client.sendAsync(guess, BodyHandlers.ofString()))
                  .limit(5)
                  .toList())
          .extracting(answer -> answer.get().statusCode())
          .containsExactlyInAnyOrder(401, 401, 401, 401, 429);
    } finally {
      vertx.close().await();
    }
  }

  /** The clock stands still: the one that leaves is due a second before the next. */
  @Test
  void whoLeavesWhileItWaitsIsNotServed() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      BearerToken guard = guard(tokenFile("s3cret"));
      CountDownLatch came = new CountDownLatch(1);
      CountDownLatch left = new CountDownLatch(1);
      List<String> served = new CopyOnWriteArrayList<>();
      Router router = Router.router(vertx);
      router
          .route("/leaves")
          .handler(
              ctx -> {
                ctx.response().closeHandler(closed -> left.countDown());
                ctx.next();
                came.countDown();
              });
      router
          .route()
          .handler(guard)
          .handler(
              ctx -> {
                served.add(ctx.request().path());
                ctx.response().end();
              });
      int port = vertx.createHttpServer().requestHandler(router).listen(0).await().actualPort();
      HttpClient client = HttpClient.newHttpClient();
      assertThat(client.send(request(port, "/", "wrong"), BodyHandlers.ofString()).statusCode())
          .isEqualTo(401);
      try (Socket leaves = new Socket(InetAddress.getLoopbackAddress(), port)) {
        String head = "GET /leaves HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer s3cret\r\n\r\n";
        leaves.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
        assertThat(came.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
      assertThat(left.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      client.send(request(port, "/stays", "s3cret"), BodyHandlers.ofString());
      assertThat(served).containsExactly("/stays");
    } finally {
      vertx.close().await();
    }
  }

  private static HttpRequest request(int port, String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("Authorization", "Bearer " + token)
        .build();
  }

  @Test
  void withoutTokenOnlyHealthMetricsAndPageAnswer() throws Exception {
    try (AdminServer server = new AdminServer(tokenFile("s3cret"))) {
      server.member.session("s1", 5);
      for (String path : new String[] {"/livez", "/readyz", "/metrics", "/", "/page/app.js"}) {
        assertThat(server.get(path).statusCode()).as(path).isEqualTo(200);
      }
      for (String path :
          new String[] {
            "/api/v1/config",
            "/api/v1/openapi.yaml",
            "/nothing",
            "/livez/../api/v1/status",
            "/metrics/%2e%2e/api/v1/status",
            "//api/v1/status",
            "/API/v1/status"
          }) {
        assertThat(server.get(path).statusCode()).as(path).isEqualTo(401);
      }
      assertThat(server.send("DELETE", "/api/v1/sessions/s1", null).statusCode()).isEqualTo(401);
      assertThat(server.member.sessions).containsKey("s1");
    }
  }

  @Test
  void emptyTokenFileStopsTheStart() throws Exception {
    Path file = tokenFile("\n");
    assertThatThrownBy(() -> new AdminServer(file).close())
        .hasMessageStartingWith("node.admin.tokenFile: " + file + " (expected: a token");
  }

  @Test
  void missingTokenFileStopsTheStart() {
    Path file = directory.resolve("missing");
    assertThatThrownBy(() -> new AdminServer(file).close())
        .hasMessageStartingWith("node.admin.tokenFile: " + file);
  }

  @Test
  void tlsUsesTheGivenCertificate() throws Exception {
    PemFiles pem = PemFiles.selfSigned(directory);
    NodeConfig.Admin.AdminTls tls =
        new NodeConfig.Admin.AdminTls(pem.certificate(), pem.key(), null);
    HttpClient client = HttpClient.newBuilder().sslContext(pem.trustingContext()).build();
    try (AdminServer server = new AdminServer(null, tls, client)) {
      assertThat(server.get("/livez").statusCode()).isEqualTo(200);
      assertThat(server.get("/api/v1/pools").body()).contains("two-choices");
    }
  }

  @Test
  void missingCertificateStopsTheStart() {
    NodeConfig.Admin.AdminTls tls =
        new NodeConfig.Admin.AdminTls(directory.resolve("a.pem"), directory.resolve("a.key"), null);
    assertThatThrownBy(() -> new AdminServer(null, tls, HttpClient.newHttpClient()).close())
        .hasMessageStartingWith("node.admin.tls.certificate: " + tls.certificate());
  }

  @Test
  void addressInUseStopsTheStart() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      NodeConfig.Admin config =
          new NodeConfig.Admin("127.0.0.1", taken.getLocalPort(), null, null, 128, null);
      AdminVerticle verticle =
          new AdminVerticle(
              config,
              new AdminVerticle.MemberAccess(
                  new FakeMember(),
                  () -> "",
                  new FakeCluster(),
                  new FakeEvents(),
                  new FakeTraffic().access(vertx, new FakeMember())));
      assertThatThrownBy(() -> vertx.deployVerticle(verticle).await())
          .hasMessageStartingWith("node.admin: 127.0.0.1:" + taken.getLocalPort())
          .hasMessageEndingWith("(expected: a free address)");
    } finally {
      vertx.close().await();
    }
  }
}
