package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.testkit.Logs;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Ensures that secrets of the environment and of files are in nothing that a member shows. Provoked
 * with a configuration that has one in every text, changes and refused changes, and a look at every
 * GET path of the API, the events and the logs at every level. A failure would be a password in an
 * answer.
 */
@Logs({"was not put in force", "weight: ${DB_PASSWORD} (expected: 0 to 1000)"})
class SecretsNotShownTest {
  private static final List<String> STREAMS = List.of("/api/v1/events", "/api/v1/live");

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String PLANTED = "hunter2";
  private static final String TOKEN = "token-of-the-operators";
  private static final String READ_TOKEN = "token-of-the-dashboards";
  private static final String CONFIG =
      """
      node:
        name: m1
        admin: { port: 0, tokenFile: token, readTokenFile: read }
        accessLog: { to: access.log }
        auditLog: { to: audit.log }
        logLevel: trace
        rehearsal: 0s
        environment: [DB_*]
      listeners: [{ name: web, bind: "127.0.0.1:0", pool: web }]
      pools:
        - name: web
          backends: [{ host: 127.0.0.1, port: 9, weight: %s }]
          replies: { noBackend: "${DB_PASSWORD}", connectFailed: "no ${DB_PASSWORD}" }
          health: { type: none, http: { path: "/${DB_PASSWORD}", host: "${DB_PASSWORD}" },
            expect: { send: "${DB_PASSWORD}", receive: "${DB_PASSWORD}" } }
      """;

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          logged.add(event.getFormattedMessage() + " " + stack(event));
        }
      };
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

  /** All answers. */
  private final StringBuilder seen = new StringBuilder();

  @TempDir private Path directory;

  private static String stack(ILoggingEvent event) {
    return event.getThrowableProxy() == null
        ? ""
        : ch.qos.logback.classic.spi.ThrowableProxyUtil.asString(event.getThrowableProxy());
  }

  @BeforeEach
  void listen() {
    appender.start();
    root.addAppender(appender);
    // Its lines are for this test and not for the screen.
    for (String name : List.of("dev.fairlead", "fairlead.audit")) {
      Logger logger = (Logger) LoggerFactory.getLogger(name);
      logger.addAppender(appender);
    }
  }

  @AfterEach
  void ignore() {
    root.detachAppender(appender);
    for (String name : List.of("dev.fairlead", "fairlead.audit")) {
      Logger logger = (Logger) LoggerFactory.getLogger(name);
      logger.detachAppender(appender);
      logger.setLevel(name.equals("dev.fairlead") ? Level.WARN : null);
    }
  }

  private Path write(String weight) throws Exception {
    return Files.writeString(directory.resolve("fairlead.yaml"), CONFIG.replace("%s", weight));
  }

  private static HttpRequest.Builder request(Member member, String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + member.adminPort() + path))
        .header("Authorization", "Bearer " + token);
  }

  private int send(Member member, String method, String path, String type, String body)
      throws Exception {
    HttpRequest request =
        request(member, path, TOKEN)
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    seen.append(method).append(' ').append(path).append(' ').append(answer.body()).append('\n');
    return answer.statusCode();
  }

  /** Every path of the description that has no parameter in it. */
  private static List<String> paths() throws Exception {
    return Pattern.compile("(?m)^  (/[^:{]*):\\n    get:")
        .matcher(Files.readString(Path.of("src/main/resources/openapi.yaml")))
        .results()
        .map(each -> each.group(1))
        .toList();
  }

  private void look(Member member) throws Exception {
    List<String> all = paths();
    assertThat(all).contains("/api/v1/status", "/api/v1/config", "/metrics").containsAll(STREAMS);
    for (String path : all) {
      if (path.endsWith("/explain")) {
        send(member, "GET", path + "?listener=web", "text/plain", "");
      } else if (STREAMS.contains(path)) {
        readStream(member, path);
      } else {
        send(member, "GET", path, "text/plain", "");
      }
    }
    for (int revision = 1; revision < 4; revision++) {
      send(member, "GET", "/api/v1/config?revision=" + revision, "text/plain", "");
    }
  }

  /** Of a stream that does not end: up to the change that it has to tell of. */
  private void readStream(Member member, String path) throws Exception {
    HttpResponse<InputStream> stream =
        HTTP.send(
            request(member, path + "?since=10m", READ_TOKEN).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    StringBuilder read = new StringBuilder();
    try (InputStream in = stream.body()) {
      byte[] bytes = new byte[100_000];
      while (!read.toString().contains("ConfigUpdate")) {
        read.append(new String(bytes, 0, in.read(bytes), StandardCharsets.UTF_8));
      }
    }
    seen.append(read);
  }

  @Test
  void nothingShowsThem() throws Exception {
    Files.writeString(directory.resolve("token"), TOKEN);
    Files.writeString(directory.resolve("read"), READ_TOKEN);
    ConfigLoader loader = new ConfigLoader(Map.of("DB_PASSWORD", PLANTED), List.of());
    Member member = Member.start(write("1"), loader);
    try {
      assertThat(member.view().config().config().pools().get(0).replies().noBackend())
          .isEqualTo(PLANTED);
      String dynamic = CONFIG.substring(CONFIG.indexOf("listeners:"));
      String yaml = "application/yaml";
      assertThat(send(member, "POST", "/api/v1/config", yaml, dynamic.replace("%s", "2")))
          .isEqualTo(200);
      String wrong = dynamic.replace("%s", "'${DB_PASSWORD}'");
      assertThat(send(member, "POST", "/api/v1/config", yaml, wrong)).isEqualTo(422);
      String bind = dynamic.replace("%s", "2").replace("127.0.0.1:0", "unix:/x/${DB_PASSWORD}");
      assertThat(send(member, "POST", "/api/v1/config", yaml, bind)).isEqualTo(422);
      String set = "/api/v1/pools/web/backends/127.0.0.1:9";
      assertThat(send(member, "PATCH", set, "application/json", "{\"weight\": 5}")).isEqualTo(200);
      write("\"${DB_PASSWORD}\"");
      member.reload();
      await().until(() -> !member.view().status().configProblems().isEmpty());
      look(member);
    } finally {
      member.drain();
      member.drain().await();
      member.stop();
    }
    assertThat(logged).isNotEmpty();
    for (String secret : List.of(PLANTED, TOKEN, READ_TOKEN)) {
      assertThat(seen.toString()).doesNotContain(secret);
      assertThat(String.join("\n", logged)).doesNotContain(secret);
      assertThat(Files.readString(directory.resolve("audit.log"))).doesNotContain(secret);
      assertThat(Files.readString(directory.resolve("access.log"))).doesNotContain(secret);
    }
    assertThat(seen.toString()).contains("${DB_PASSWORD}");
    assertThat(Files.readString(directory.resolve("audit.log")))
        .contains("token full: revision 2", "token full: refused: 422");
  }
}
