package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process of the built jar, whose path is in the system property {@code fairlead.jar}. {@link
 * #close} kills it if it still runs. Its output goes to files, so it can't block on them. Every
 * wait ends after {@link #PATIENCE}.
 */
public final class FairleadProcess implements AutoCloseable {
  /** Far more than anything takes here; only a failing test waits for so long. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Pattern READY = Pattern.compile("Member - ready: .*, admin port (\\d+)");

  private final Process process;
  private final Path out;
  private final Path err;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int adminPort;

  private FairleadProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** How a process is started; {@link #jar} is the usual way. */
  public record Launch(
      Path java, List<String> jvm, String shell, boolean stdoutPiped, List<String> arguments) {

    /** The JVM of the test, without flags, as {@code java -jar fairlead.jar ARGUMENTS}. */
    public static Launch jar(String... arguments) {
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      return new Launch(java, List.of(), "", false, List.of(arguments));
    }

    /** {@code run -c FILE}, with the admin listener on any free port. */
    public static Launch run(Path file, String... more) {
      List<String> arguments =
          new ArrayList<>(List.of("run", "-c", file.toString(), "--set", "node.admin.port=0"));
      arguments.addAll(List.of(more));
      return jar(arguments.toArray(String[]::new));
    }

    public Launch withJava(Path other) {
      return new Launch(other, jvm, shell, stdoutPiped, arguments);
    }

    public Launch withJvm(String... flags) {
      return new Launch(java, List.of(flags), shell, stdoutPiped, arguments);
    }

    /**
     * Commands that the shell runs before it becomes the process, such as {@code ulimit -n 200}.
     */
    public Launch after(String commands) {
      return new Launch(java, jvm, commands, stdoutPiped, arguments);
    }

    /** Has stdout in a pipe that nobody reads unless the test does. */
    public Launch withPipedStdout() {
      return new Launch(java, jvm, shell, true, arguments);
    }

    /** Starts it in {@code directory}, which takes its output too; does not wait for anything. */
    public FairleadProcess start(Path directory) throws IOException {
      Path out = Files.createTempFile(directory, "out", ".txt");
      Path err = Files.createTempFile(directory, "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command()).directory(directory.toFile()).redirectError(err.toFile());
      if (!stdoutPiped) {
        builder.redirectOutput(out.toFile());
      }
      return new FairleadProcess(builder.start(), out, err);
    }

    /** Starts it and returns when {@code /readyz} says 200. */
    public FairleadProcess startReady(Path directory) throws IOException {
      FairleadProcess started = start(directory);
      try {
        started.awaitReady();
      } catch (RuntimeException | Error e) {
        started.close();
        throw e;
      }
      return started;
    }

    private List<String> command() {
      List<String> command = new ArrayList<>();
      if (!shell.isEmpty()) {
        command.addAll(List.of("/bin/sh", "-c", shell + "; exec \"$0\" \"$@\""));
      }
      command.add(java.toString());
      command.addAll(jvm);
      command.addAll(List.of("-jar", System.getProperty("fairlead.jar")));
      command.addAll(arguments);
      return command;
    }
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
    return lines(err);
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
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
            .timeout(PATIENCE)
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public JsonObject json(String path) {
    return new JsonObject(get(path).body());
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

  /** Sends a signal by its name, as {@code TERM}. */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).as("exit code of kill").isZero();
  }

  /** Waits for the end and gives the exit code. */
  public int awaitExit() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still runs; its stderr:\n" + String.join("\n", errLines()));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  /** Waits until a line of stderr contains {@code text}. */
  public void awaitLog(String text) {
    await("a log line with: " + text)
        .atMost(PATIENCE)
        .until(() -> errLines().stream().anyMatch(line -> line.contains(text)));
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

  private void awaitReady() {
    await("ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !process.isAlive() || findAdminPort());
    assertThat(process.isAlive()).as(String.join("\n", errLines())).isTrue();
    await("readyz").atMost(PATIENCE).until(() -> get("/readyz").statusCode() == 200);
  }

  private boolean findAdminPort() {
    for (String line : errLines()) {
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        adminPort = Integer.parseInt(ready.group(1));
        return true;
      }
    }
    return false;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
