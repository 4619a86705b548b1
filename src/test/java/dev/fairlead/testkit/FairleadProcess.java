package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process of the built jar, made by {@link Launch}. {@link #close} kills it if it still runs. Its
 * output goes to files, so it can't block on them. Every wait ends after {@link TestRun#PATIENCE}.
 */
public final class FairleadProcess implements AutoCloseable {
  /** Logged on a busy machine, which is no fault of a test. */
  private static final String SLOW_MACHINE = " BlockedThreads - ";

  private static final Pattern READY = Pattern.compile("Member - ready: .*, admin port (\\d+)");

  /** Shells and nohup start processes that ignore these, and a JVM leaves it so. */
  private static final Map<String, Integer> MAY_BE_IGNORED = Map.of("HUP", 1, "INT", 2);

  private static final Pattern IGNORED = Pattern.compile("SigIgn:\\s*(\\p{XDigit}+)");

  private final Process process;
  private final Path out;
  private final Path err;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int adminPort;

  FairleadProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Has the test ask this port for the admin listener, whatever port it is bound to. */
  public FairleadProcess reachedThrough(int port) {
    adminPort = port;
    return this;
  }

  /** Runs a command of the jar to its end. */
  public static FairleadProcess call(Path directory, String... arguments) throws IOException {
    try (FairleadProcess called = Launch.jar(arguments).start(directory)) {
      called.awaitExit();
      return called;
    }
  }

  public Process process() {
    return process;
  }

  /** What was written to stdout so far. */
  public List<String> outLines() {
    return lines(out);
  }

  /** What was written to stderr so far. */
  public List<String> errLines() {
    return lines(err).stream().filter(line -> !line.contains(SLOW_MACHINE)).toList();
  }

  public int adminPort() {
    return adminPort;
  }

  /** The port the listener of that name is bound to. */
  public int port(String listener) {
    return json("/api/v1/listeners").getJsonArray("listeners").stream()
        .map(JsonObject.class::cast)
        .filter(each -> each.getString("name").equals(listener))
        .map(each -> each.getString("address"))
        .map(address -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** Asks the admin listener. */
  public HttpResponse<String> get(String path) {
    return exchange(request(path).build());
  }

  /** Has the admin listener change something. */
  public HttpResponse<String> send(String method, String path, JsonObject body) {
    return exchange(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.encode()))
            .build());
  }

  /** Pushes a document. */
  public HttpResponse<String> push(String yaml, String... headers) {
    HttpRequest.Builder request =
        request("/api/v1/config").header("Content-Type", "application/yaml");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return exchange(request.POST(HttpRequest.BodyPublishers.ofString(yaml)).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
        .timeout(TestRun.PATIENCE);
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public JsonObject json(String path) {
    return new JsonObject(get(path).body());
  }

  /** One list of the API: {@code members} of {@code /api/v1/members}. */
  public List<JsonObject> list(String name) {
    return json("/api/v1/" + name).getJsonArray(name).stream().map(JsonObject.class::cast).toList();
  }

  /** Who is in the cluster, in the order of the names. */
  public List<String> memberNames() {
    return list("members").stream().map(each -> each.getString("name")).toList();
  }

  /** A count of each backend of the only pool, by its id: {@code active}. */
  public Map<String, Integer> backends(String count) {
    Map<String, Integer> counts = new TreeMap<>();
    list("pools").get(0).getJsonArray("backends").stream()
        .map(JsonObject.class::cast)
        .forEach(each -> counts.put(each.getString("id"), each.getInteger(count)));
    return counts;
  }

  /** The value of one metric with its labels, as {@code /metrics} writes it; 0 = not there. */
  public double metric(String series) {
    return MetricsText.value(get("/metrics").body(), series);
  }

  /** What is wrong with the file, according to {@code /api/v1/status}. */
  public List<String> problems() {
    return json("/api/v1/status").getJsonObject("config").getJsonArray("problems").stream()
        .map(String.class::cast)
        .toList();
  }

  public long revision() {
    return json("/api/v1/status").getLong("revision");
  }

  /**
   * Sends a signal by its name, as {@code TERM}; skips the test if the process inherited that it
   * ignores it.
   */
  public void signal(String name) throws IOException, InterruptedException {
    assumeFalse(ignores(name), "started with SIG" + name + " ignored, as by nohup");
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).as("exit code of kill").isZero();
  }

  private boolean ignores(String signal) throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    Integer number = MAY_BE_IGNORED.get(signal);
    if (number == null || !Files.exists(status)) {
      return false;
    }
    Matcher ignored = IGNORED.matcher(Files.readString(status));
    return ignored.find()
        && (Long.parseUnsignedLong(ignored.group(1), 16) >> (number - 1) & 1) == 1;
  }

  /** Waits for the end and gives the exit code. */
  public int awaitExit() {
    try {
      if (!process.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still runs; its stderr:\n" + String.join("\n", errLines()));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  /** Waits until a line of stderr contains {@code text}. */
  public void awaitLog(String text) {
    await("a log line with: " + text).until(() -> !process.isAlive() || logged(text) > 0);
    assertThat(logged(text)).as(String.join("\n", errLines())).isPositive();
  }

  /** How many lines of stderr contain {@code text}. */
  public long logged(String text) {
    return errLines().stream().filter(line -> line.contains(text)).count();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Returns when {@code /readyz} says 200. */
  public void awaitReady() {
    await("ready")
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !process.isAlive() || findAdminPort());
    assertThat(process.isAlive()).as(String.join("\n", errLines())).isTrue();
    await("readyz").until(() -> get("/readyz").statusCode() == 200);
  }

  private boolean findAdminPort() {
    for (String line : errLines()) {
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        adminPort = adminPort == 0 ? Integer.parseInt(ready.group(1)) : adminPort;
        return true;
      }
    }
    return false;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
