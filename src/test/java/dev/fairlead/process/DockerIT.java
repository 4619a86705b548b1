package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the image runs as docs/deploy.md describes: with any user, a read-only file system
 * and 256 MiB. Provoked by starting and stopping such a container. A failure would look like a
 * container that never gets healthy, or that ends with 143 or 137 instead of 0.
 *
 * <p>Skipped without an engine or without the image, which {@code -Dfairlead.image} names.
 */
@Tag("slow")
class DockerIT {
  private static final String IMAGE = System.getProperty("fairlead.image", "fairlead:0.1.0");

  private String container;

  @BeforeEach
  void needsTheImage() {
    assumeTrue(
        docker("image", "inspect", IMAGE).exitCode() == 0,
        () -> "no Docker engine here, or no image " + IMAGE + ": docker build -t " + IMAGE + " .");
  }

  @AfterEach
  void remove() {
    if (container != null) {
      docker("rm", "--force", container);
    }
  }

  @Test
  void getsHealthyForAnyUserOnAReadOnlyFileSystemAndEndsWithZero() {
    container =
        run("--read-only", "--user", "12345:12345", "--memory", "256m", "--cpus", "2", IMAGE);
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> inspect("State.Health.Status").equals("healthy"));

    assertThat(docker("exec", container, "fairlead", "status").out()).contains("state      ready");

    assertThat(docker("stop", "--time", "30", container).exitCode()).isZero();
    assertThat(inspect("State.ExitCode")).isEqualTo("0");
    assertThat(docker("logs", container).out()).contains("Member - stopped");
  }

  @Test
  void refusesAWrongConfigurationWithItsReason() {
    container = run(IMAGE, "run", "--set", "node.eventLoops=-1", "-c", "fairlead.yaml");
    await().atMost(Duration.ofSeconds(60)).until(() -> inspect("State.Running").equals("false"));

    assertThat(inspect("State.ExitCode")).isEqualTo("1");
    assertThat(docker("logs", container).out()).contains("node.eventLoops");
  }

  private static String run(String... arguments) {
    List<String> command = new ArrayList<>(List.of("run", "--detach"));
    command.addAll(List.of(arguments));
    Answer answer = docker(command.toArray(String[]::new));
    assertThat(answer.exitCode()).as(answer.out()).isZero();
    // Before the name the engine may warn, such as of what its kernel can't limit.
    return answer.out().strip().lines().reduce((warning, name) -> name).orElseThrow();
  }

  private String inspect(String path) {
    return docker("inspect", "--format", "{{." + path + "}}", container).out().strip();
  }

  private record Answer(int exitCode, String out) {}

  private static Answer docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(process.waitFor(), out);
    } catch (IOException e) {
      // No such program.
      return new Answer(-1, e.toString());
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
