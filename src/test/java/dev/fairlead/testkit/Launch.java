package dev.fairlead.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a process of the built jar, whose path is in the system property {@code fairlead.jar}, is
 * started; {@link #jar} and {@link #run} are the usual ways.
 *
 * @param program java, which gets the flags and the jar, or a launcher, which finds both: flags are
 *     its {@code FAIRLEAD_OPTS} then
 * @param shell commands that a shell runs before it becomes the process; may be empty
 * @param stdoutPiped stdout is a pipe that only the test can read
 */
public record Launch(
    Path program, List<String> jvm, String shell, boolean stdoutPiped, List<String> arguments) {
  /** The java that runs the test. */
  public static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /** What the launcher is called. */
  private static final Path LAUNCHER = Path.of("fairlead");

  /** The JVM of the test, without flags, as {@code java -jar fairlead.jar ARGUMENTS}. */
  public static Launch jar(String... arguments) {
    return new Launch(JAVA, List.of(), "", false, List.of(arguments));
  }

  /** {@code run -c FILE}, with the admin listener on any free port. */
  public static Launch run(Path file, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("run", "-c", file.toString(), "--set", "node.admin.port=0"));
    arguments.addAll(List.of(more));
    return jar(arguments.toArray(String[]::new));
  }

  /** Another java, or {@code bin/fairlead} of a tarball. */
  public Launch withProgram(Path other) {
    return new Launch(other, jvm, shell, stdoutPiped, arguments);
  }

  public Launch withJvm(String... flags) {
    return new Launch(program, List.of(flags), shell, stdoutPiped, arguments);
  }

  /** Commands that the shell runs before it becomes the process, such as {@code ulimit -n 200}. */
  public Launch after(String commands) {
    return new Launch(program, jvm, commands, stdoutPiped, arguments);
  }

  /** Sends stdout to a pipe that only the test can read. */
  public Launch withPipedStdout() {
    return new Launch(program, jvm, shell, true, arguments);
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
    if (program.endsWith(LAUNCHER)) {
      command.add("env");
      command.add("JAVA_HOME=" + System.getProperty("java.home"));
      command.add("FAIRLEAD_OPTS=" + String.join(" ", jvm));
      command.add(program.toString());
    } else {
      command.add(program.toString());
      command.addAll(jvm);
      command.addAll(List.of("-jar", System.getProperty("fairlead.jar")));
    }
    command.addAll(arguments);
    return command;
  }
}
