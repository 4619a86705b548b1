package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Processes of the built jar that are one cluster: m1, m2 and so on, each with a file, a directory
 * and ports of its own. Closing it kills those that still run. One thread.
 */
public final class ClusterProcesses implements AutoCloseable {
  /** What the jar does is tested, not how fast: three processes have to share few cores. */
  private static final List<String> JVM =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx256m",
          "-Djava.net.preferIPv4Stack=true");

  private final Path directory;
  private final ClusterKeys keys;
  private final String dynamicPart;
  private final List<String> jvm = new ArrayList<>(JVM);
  private Path program = Launch.JAVA;
  private final List<String> clusterLines = new ArrayList<>();

  /** By member. */
  private final Map<String, List<String>> nodeLines = new HashMap<>();

  /** By member: what a shell does before it starts one. */
  private final Map<String, String> shell = new HashMap<>();

  /** Those that run, by name. */
  private final Map<String, FairleadProcess> running = new TreeMap<>();

  /**
   * A cluster of which nothing is started.
   *
   * @param size the most members there will be
   * @param dynamicPart listeners and pools of every file, in YAML
   */
  public ClusterProcesses(Path directory, int size, String dynamicPart) {
    this.directory = directory;
    this.keys = ClusterKeys.of(size);
    this.dynamicPart = dynamicPart;
  }

  /** A flag for the JVM of each member, after those that all tests have. */
  public ClusterProcesses jvm(String flag) {
    jvm.add(flag);
    return this;
  }

  /** What starts each member, instead of the java of the test: {@link Launch#withProgram}. */
  public ClusterProcesses program(Path other) {
    program = other;
    return this;
  }

  /** A line of {@code cluster} in every file: {@code secretFile: /path}. */
  public ClusterProcesses cluster(String line) {
    clusterLines.add(line);
    return this;
  }

  /**
   * A line of {@code node} in one member's file: {@code stateDir: state}. Without a line for {@code
   * admin} its port is any.
   */
  public ClusterProcesses node(String member, String line) {
    nodeLines.computeIfAbsent(member, any -> new ArrayList<>()).add(line);
    return this;
  }

  /** A variable of one member's environment. */
  public ClusterProcesses environment(String member, String name, Object value) {
    return shell(member, "export " + name + "='" + value + "'");
  }

  /** What a shell does before it becomes one member: {@code ulimit -n 200}. */
  public ClusterProcesses shell(String member, String commands) {
    shell.merge(member, commands, (before, more) -> before + "; " + more);
    return this;
  }

  public ClusterKeys keys() {
    return keys;
  }

  /** A member's own directory, made if need be. */
  public Path directory(String member) {
    try {
      return Files.createDirectories(directory.resolve(member));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path file(String member) {
    return directory(member).resolve("fairlead.yaml");
  }

  /** Replaces listeners and pools in a member's file, as editors and ConfigMaps do it. */
  public void write(String member, String listenersAndPools) throws IOException {
    Path aside = Files.writeString(directory(member).resolve("aside"), nodePart(member));
    Files.writeString(aside, nodePart(member) + listenersAndPools);
    Files.move(
        aside, file(member), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private String nodePart(String member) {
    StringBuilder text = new StringBuilder("node:\n");
    text.append("  name: ").append(member).append('\n');
    text.append("  eventLoops: 2\n");
    text.append("  accessLog: { to: access.log }\n");
    List<String> lines = new ArrayList<>(nodeLines.getOrDefault(member, List.of()));
    if (lines.stream().noneMatch(line -> line.startsWith("admin:"))) {
      lines.add("admin: { port: 0 }");
    }
    lines.forEach(line -> text.append("  ").append(line).append('\n'));
    int index = Integer.parseInt(member.substring(1)) - 1;
    return text + keys.yaml(index, clusterLines);
  }

  /** How a member is started; its file is written when there is none. */
  public Launch launch(String member, String... more) throws IOException {
    if (!Files.exists(file(member))) {
      write(member, dynamicPart);
    }
    List<String> arguments = new ArrayList<>(List.of("run", "-c", file(member).toString()));
    arguments.addAll(List.of(more));
    return Launch.jar(arguments.toArray(String[]::new))
        .withProgram(program)
        .withJvm(jvm.toArray(String[]::new))
        .after(shell.getOrDefault(member, ":"));
  }

  /** Starts members and waits until they are ready and see all that run. */
  public void start(String... names) throws IOException {
    for (String name : names) {
      running.put(name, launch(name).start(directory(name)));
    }
    for (String name : names) {
      member(name).awaitReady();
    }
    awaitWhole();
  }

  /** Starts all: the first, and then the others at the same time. */
  public void startAll() throws IOException {
    start("m1");
    start(
        IntStream.rangeClosed(2, keys.ports().size())
            .mapToObj(n -> "m" + n)
            .toArray(String[]::new));
  }

  public FairleadProcess member(String name) {
    return running.get(name);
  }

  /** Those that run, by name. */
  public List<FairleadProcess> members() {
    return List.copyOf(running.values());
  }

  /** Kills a member as {@code kill -9} does, and returns when it is dead. */
  public void kill(String name) {
    running.remove(name).close();
  }

  /** Waits for the end of a member that is stopping; fails unless its exit code is 0. */
  public void awaitEnd(String name) {
    assertThat(running.remove(name).awaitExit()).as("exit code of " + name).isZero();
  }

  /** Waits until all running members see each other only. */
  public void awaitWhole() {
    List<String> names = List.copyOf(running.keySet());
    await("all members to see " + names)
        .untilAsserted(
            () ->
                assertThat(members())
                    .allSatisfy(each -> assertThat(each.memberNames()).isEqualTo(names)));
  }

  /** Waits until all that run have {@code revision} in force. */
  public void awaitRevision(long revision) {
    await("revision " + revision + " everywhere")
        .untilAsserted(
            () ->
                assertThat(members())
                    .allSatisfy(each -> assertThat(each.revision()).isEqualTo(revision)));
  }

  @Override
  public void close() {
    running.values().forEach(FairleadProcess::close);
    running.clear();
  }
}
