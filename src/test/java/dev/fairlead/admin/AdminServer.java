package dev.fairlead.admin;

import dev.fairlead.config.NodeConfig;
import dev.fairlead.net.Transport;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

/** An admin listener over a {@link FakeMember}, on any free port of 127.0.0.1, and its client. */
public final class AdminServer implements AutoCloseable {
  public final FakeMember member = new FakeMember();
  public final FakeCluster commands = new FakeCluster();
  public final FakeEvents events = new FakeEvents();
  public final FakeTraffic traffic = new FakeTraffic();
  private final Vertx vertx =
      Vertx.builder().withTransport(Transport.of(NodeConfig.TransportKind.AUTO)).build();
  private final HttpClient client;
  private final String url;

  public AdminServer(Path tokenFile) {
    this(tokenFile, 128);
  }

  AdminServer(Path tokenFile, int maxConnections) {
    this(tokenFile, null, HttpClient.newHttpClient(), maxConnections);
  }

  public AdminServer(Path tokenFile, NodeConfig.Admin.AdminTls tls, HttpClient client) {
    this(tokenFile, tls, client, 128);
  }

  private AdminServer(
      Path tokenFile, NodeConfig.Admin.AdminTls tls, HttpClient client, int maxConnections) {
    this.client = client;
    LiveAccess live = traffic.access(vertx, member);
    AdminVerticle verticle =
        new AdminVerticle(
            new NodeConfig.Admin("127.0.0.1", 0, tokenFile, tls, maxConnections),
            new AdminVerticle.MemberAccess(
                member, () -> "fairlead_members 1.0\n", commands, events, live));
    try {
      vertx.deployVerticle(verticle).await();
    } catch (RuntimeException | Error e) {
      vertx.close().await();
      throw e;
    }
    this.url = (tls == null ? "http" : "https") + "://localhost:" + verticle.port();
  }

  /** Where it listens: {@code http://localhost:PORT}. */
  public String url() {
    return url;
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
    return authorization == null
        ? sendBody(method, path, "")
        : sendBody(method, path, "", "Authorization", authorization);
  }

  /** {@code headers} are names and values in turn; an empty {@code body} is none. */
  HttpResponse<String> sendBody(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).method(method, publisher(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.BodyPublisher publisher(String body) {
    return body.isEmpty()
        ? HttpRequest.BodyPublishers.noBody()
        : HttpRequest.BodyPublishers.ofString(body);
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
