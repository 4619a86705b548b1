package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that {@code java -jar} without any flag says nothing but our own log, on 17 and on 25.
 * Provoked by a session on every transport, and by a Java 25 where there is one. A failure would
 * look like a warning about reflection, native access or a missing class.
 */
class PlainJavaIT {
  private static final int FIRST_THAT_WARNS_OF_UNSAFE = 24;
  private static final String OUR_LINE = "\\d{4}-\\d\\d-\\d\\dT\\S+ +[A-Z]+ +\\w+ - .*";

  @TempDir private Path directory;

  @Test
  void nothingButOurLogOnStderr() throws Exception {
    for (String transport : List.of("auto", "epoll", "io_uring", "nio")) {
      List<String> lines =
          stderrOfOneSession(Launch.run(config(), "--set", "node.transport=" + transport));
      if (Runtime.version().feature() >= FIRST_THAT_WARNS_OF_UNSAFE) {
        lines = lines.stream().filter(line -> !line.startsWith("WARNING:")).toList();
      }
      assertThat(lines).as(transport).isNotEmpty().allMatch(line -> line.matches(OUR_LINE));
    }
  }

  @Test
  void java25RunsItWithNoWarningButItsOwn() throws Exception {
    Optional<Path> java = java25();
    assumeTrue(
        java.isPresent(), "no Java 25: neither JAVA25_HOME nor beside the JDK of this build");
    List<String> lines = stderrOfOneSession(Launch.run(config()).withProgram(java.get()));
    assertThat(lines)
        .isNotEmpty()
        .allMatch(
            line ->
                line.matches(OUR_LINE)
                    || line.matches("WARNING: .*(Unsafe|deprecat|io\\.netty).*"));
  }

  @Test
  void theFlagOfTheLauncherSilencesJava25() throws Exception {
    Optional<Path> java = java25();
    assumeTrue(
        java.isPresent(), "no Java 25: neither JAVA25_HOME nor beside the JDK of this build");
    Launch launch = Launch.run(config()).withProgram(java.get());
    assertThat(stderrOfOneSession(launch.withJvm("--sun-misc-unsafe-memory-access=allow")))
        .isNotEmpty()
        .allMatch(line -> line.matches(OUR_LINE));
  }

  private List<String> stderrOfOneSession(Launch launch) throws Exception {
    try (PingBackend backend = PingBackend.start()) {
      ConfigFixture.file(directory, ConfigFixture.to(backend.port()));
      try (FairleadProcess proxy = launch.startReady(directory)) {
        assertThat(PingClient.pingOnce(proxy.port("web"))).isEqualTo("PONG");
        proxy.signal("TERM");
        assertThat(proxy.awaitExit()).isZero();
        return proxy.errLines();
      }
    }
  }

  private Path config() {
    return directory.resolve("fairlead.yaml");
  }

  /** JAVA25_HOME, else a folder beside this JVM's that names itself 25. */
  private static Optional<Path> java25() throws IOException {
    String home = System.getenv("JAVA25_HOME");
    if (home != null) {
      return Optional.of(Path.of(home, "bin", "java"));
    }
    Path siblings = Path.of(System.getProperty("java.home")).toRealPath().getParent();
    try (Stream<Path> folders = Files.list(siblings)) {
      return folders
          .filter(folder -> folder.getFileName().toString().matches(".*\\b25\\b.*"))
          .map(folder -> folder.resolve("bin").resolve("java"))
          .filter(Files::isExecutable)
          .findFirst();
    }
  }
}
