package dev.fairlead.admin;

import dev.fairlead.config.NodeConfig;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

/** An admin listener over a {@link FakeMember}, on any free port of 127.0.0.1, and its client. */
final class AdminServer implements AutoCloseable {
  final FakeMember member = new FakeMember();
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client;
  private final String url;

  AdminServer(Path tokenFile) {
    this(tokenFile, null, HttpClient.newHttpClient());
  }

  AdminServer(Path tokenFile, NodeConfig.Admin.Tls tls, HttpClient client) {
    this.client = client;
    AdminVerticle verticle =
        new AdminVerticle(
            new NodeConfig.Admin("127.0.0.1", 0, tokenFile, tls),
            new AdminVerticle.Sources(
                member,
                () -> "fairlead_members 1.0\n",
                config -> new JsonObject().put("pools", config.pools().size())));
    try {
      vertx.deployVerticle(verticle).await();
    } catch (RuntimeException | Error e) {
      vertx.close().await();
      throw e;
    }
    this.url = (tls == null ? "http" : "https") + "://localhost:" + verticle.port();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path, null);
  }

  JsonObject json(String path) throws IOException, InterruptedException {
    return new JsonObject(get(path).body());
  }

  /** {@code authorization} null = no such header. */
  HttpResponse<String> send(String method, String path, String authorization)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The same without HTTP/2, to which the other methods upgrade. */
  HttpResponse<String> overHttp1(String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .version(HttpClient.Version.HTTP_1_1)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
