package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Program;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A real Prometheus that scrapes members every second as the job {@code fairlead}. One thread. */
final class Prometheus implements AutoCloseable {
  private static final String CONFIGURATION =
      """
      global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
      rule_files: [rules.yaml]
      scrape_configs:
        - job_name: fairlead
          file_sd_configs: [{ files: [targets.json], refresh_interval: 1s }]
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path directory;
  private final int port;
  private final Program program;

  private Prometheus(Path directory, int port, Program program) {
    this.directory = directory;
    this.port = port;
    this.program = program;
  }

  /** Starts it without targets. */
  static Prometheus start(Path directory, String rules) throws IOException {
    Files.writeString(directory.resolve("rules.yaml"), rules);
    Files.writeString(directory.resolve("targets.json"), "[]");
    Files.writeString(directory.resolve("prometheus.yml"), CONFIGURATION);
    int port = FreePorts.next();
    Program program =
        Program.start(
                directory,
                "prometheus",
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                "--log.level=warn",
                "--web.listen-address=127.0.0.1:" + port)
            .awaitListening(port);
    return new Prometheus(directory, port, program);
  }

  /** Scrapes the members with these admin ports from now on. */
  void scrape(List<Integer> adminPorts) throws IOException {
    JsonArray targets = new JsonArray();
    adminPorts.forEach(each -> targets.add("127.0.0.1:" + each));
    Path aside =
        Files.writeString(
            directory.resolve("aside"),
            new JsonArray().add(new JsonObject().put("targets", targets)).encode());
    Files.move(aside, directory.resolve("targets.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The series that a query has now. */
  List<JsonObject> query(String expression) {
    String asked = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return objects(get("/api/v1/query?query=" + asked).getJsonArray("result"));
  }

  /** The alerts of that name that are pending or firing. */
  List<JsonObject> active(String alert) {
    return objects(get("/api/v1/alerts").getJsonArray("alerts")).stream()
        .filter(each -> each.getJsonObject("labels").getString("alertname").equals(alert))
        .toList();
  }

  /** Those of {@link #active} that are firing. */
  List<JsonObject> firing(String alert) {
    return active(alert).stream().filter(each -> each.getString("state").equals("firing")).toList();
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private JsonObject get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
      return new JsonObject(response.body()).getJsonObject("data");
    } catch (IOException e) {
      throw new UncheckedIOException(program.output(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
