package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.member.FairleadVersion;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The built tarball, unpacked. */
record Tarball(Path directory) {

  /** Unpacks it into {@code target}. */
  static Tarball unpack(Path target) throws IOException, InterruptedException {
    String name = "fairlead-" + FairleadVersion.get();
    Path file = Path.of(System.getProperty("fairlead.jar")).resolveSibling(name + ".tar.gz");
    run(target, "tar", "-xzf", file.toString());
    return new Tarball(target.resolve(name));
  }

  Path path(String first, String... more) {
    return directory.resolve(Path.of(first, more));
  }

  /** What a program prints that ends well. */
  static List<String> run(Path directory, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(List.of(command)))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    boolean ended = process.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    process.destroyForcibly();
    List<String> lines = Files.readAllLines(output);
    assertThat(ended).as(String.join("\n", lines)).isTrue();
    assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    return lines;
  }
}
