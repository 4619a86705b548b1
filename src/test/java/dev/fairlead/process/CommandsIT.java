package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures what the commands other than {@code run} print, where, and with which exit code. Provoked
 * by calling the jar as a user does. A failure would look like a stack trace, a warning of the JVM,
 * or a script that takes a refusal for a success.
 */
class CommandsIT {
  private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/");

  @TempDir private Path directory;

  @Test
  void checkPrintsOneLineForEachMistake() throws IOException {
    Path file =
        ConfigFixture.file(
            directory,
            """
            listeners:
              - { name: web, bind: "0.0.0.0:99999", pool: wbe }
            pools:
              - name: web
                balance: best
                backends:
                  - { host: 127.0.0.1, port: 9001, weight: -1 }
                timeouts: { idel: 1h, close: soon }
            """);
    FairleadProcess check = FairleadProcess.call(directory, "check", "-c", file.toString());
    assertThat(check.process().exitValue()).isEqualTo(1);
    assertThat(check.outLines()).isEmpty();
    assertThat(check.errLines())
        .hasSize(6)
        .allSatisfy(line -> assertThat(line).startsWith(file + ":").doesNotContain("Exception"))
        .anySatisfy(line -> assertThat(line).contains("weight: -1 (expected: 0 to 1000)"))
        .anySatisfy(line -> assertThat(line).contains("did you mean \"idle\"?"));
  }

  @Test
  void runRefusesAWrongFileLikeCheck() throws IOException {
    Path file = ConfigFixture.file(directory, "listeners: []\npools: []\nnoed: {}\n");
    FairleadProcess run = FairleadProcess.call(directory, "run", "-c", file.toString());
    assertThat(run.process().exitValue()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.errLines().get(0))
        .isEqualTo(file + ":3: noed: unknown key (did you mean \"node\"?)");
  }

  @Test
  void aMissingFileIsOneLine() throws IOException {
    FairleadProcess run = FairleadProcess.call(directory, "run", "-c", "nowhere.yaml");
    assertThat(run.process().exitValue()).isEqualTo(1);
    assertThat(run.errLines()).containsExactly("nowhere.yaml: cannot be read: no such file");
  }

  @Test
  void wrongUsageIsExitCodeTwo() throws IOException {
    for (String wrong : new String[] {"--nope", "frobnicate"}) {
      FairleadProcess called = FairleadProcess.call(directory, wrong);
      assertThat(called.process().exitValue()).as(wrong).isEqualTo(2);
      assertThat(called.outLines()).isEmpty();
      assertThat(called.errLines()).isNotEmpty();
    }
  }

  @Test
  void versionNamesEveryPart() throws IOException {
    FairleadProcess version = FairleadProcess.call(directory, "version");
    assertThat(version.process().exitValue()).isZero();
    assertThat(version.errLines().stream().filter(line -> !line.startsWith("WARNING:"))).isEmpty();
    assertThat(version.outLines())
        .extracting(line -> line.substring(0, line.indexOf(' ')))
        .containsExactly("Fairlead", "Vert.x", "Netty", "Hazelcast", "JDK", "TLS", "Transport");
    assertThat(version.outLines()).noneMatch(line -> line.contains("unknown"));
  }

  @Test
  void theDemoAnswersOnItsListenerAndItsPage() throws Exception {
    try (FairleadProcess demo =
        Launch.jar("demo", "--port", "0", "--admin-port", "0").start(directory)) {
      await().until(() -> shown(demo, "Stop it:") != null);
      assertThat(body(url(shown(demo, "Send it requests"))))
          .matches("Hello from backend [123]\\.\n");
      assertThat(body(url(shown(demo, "Watch it live")))).contains("<html");
      Path file = Path.of(shown(demo, "Edit and save").replaceAll(".*:\\s+", ""));
      assertThat(Files.readString(file)).contains("backends");
      demo.signal("INT");
      assertThat(demo.awaitExit()).isZero();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void theBackendsOfTheDemoAnswerWithTheirPorts() throws Exception {
    int first = FreePorts.next();
    int second = FreePorts.next();
    String ports = first + "," + second;
    try (FairleadProcess demo = Launch.jar("demo", "--backends", ports).start(directory)) {
      await().until(() -> demo.outLines().size() == 2);
      for (int port : new int[] {first, second}) {
        assertThat(body(URI.create("http://127.0.0.1:" + port + "/")))
            .isEqualTo("Hello from backend " + port + ".\n");
      }
      FairleadProcess again = FairleadProcess.call(directory, "demo", "--backends", ports);
      assertThat(again.process().exitValue()).isEqualTo(1);
      assertThat(again.errLines()).contains("--backends: " + first + " (expected: a free port)");
      FairleadProcess wrong =
          FairleadProcess.call(directory, "demo", "--backends", ports, "--port", "1");
      assertThat(wrong.process().exitValue()).isEqualTo(2);
      demo.signal("TERM");
      assertThat(demo.awaitExit()).isZero();
    }
  }

  /** The line of stdout with that text, or null. */
  private static String shown(FairleadProcess process, String text) {
    return process.outLines().stream().filter(line -> line.contains(text)).findFirst().orElse(null);
  }

  private static URI url(String line) {
    Matcher matcher = URL.matcher(line);
    assertThat(matcher.find()).as(line).isTrue();
    return URI.create(matcher.group());
  }

  private static String body(URI url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url).timeout(TestRun.PATIENCE).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
