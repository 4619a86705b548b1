package dev.fairlead.testkit;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.member.Member;
import dev.fairlead.net.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The configuration of a {@link TestMember}: one listener {@code web} on any port of 127.0.0.1 and
 * one pool {@code web}, unless a test says otherwise. Its methods take lines of YAML.
 */
public final class MemberSetup {
  private final TransportKind transport;
  private final List<String> node = new ArrayList<>();
  private final List<String> listener = new ArrayList<>();
  private final List<String> pool = new ArrayList<>();
  private final List<String> backends = new ArrayList<>();
  private String bind = "127.0.0.1:0";
  private String admin = "admin: { port: 0 }";
  private boolean accessLog;
  private String clusterPart = "";

  private MemberSetup(TransportKind transport) {
    this.transport = transport;
  }

  public static MemberSetup on(TransportKind transport) {
    return new MemberSetup(transport);
  }

  /** Lines of {@code node}: {@code maxSessions: 5}. */
  public MemberSetup node(String... lines) {
    node.addAll(List.of(lines));
    return this;
  }

  /**
   * Makes it a member of a cluster, with any more lines of {@code cluster}; members of one process
   * need different indexes.
   */
  public MemberSetup cluster(ClusterKeys keys, int index, String... more) {
    clusterPart = keys.yaml(index, List.of(more));
    return this;
  }

  /** The line of {@code node} for the admin listener: {@code admin: { port: 0 }}. */
  public MemberSetup admin(String line) {
    admin = line;
    return this;
  }

  /** Where the listener is. */
  public MemberSetup bind(String address) {
    bind = address;
    return this;
  }

  /** Lines of the listener: {@code limits: { connections: 2 }}. */
  public MemberSetup listener(String... lines) {
    listener.addAll(List.of(lines));
    return this;
  }

  /** Lines of the pool: {@code balance: round-robin}. */
  public MemberSetup pool(String... lines) {
    pool.addAll(List.of(lines));
    return this;
  }

  public MemberSetup backends(TestBackend... more) {
    Stream.of(more).forEach(backend -> backend(backend, ""));
    return this;
  }

  /** A backend with more keys: {@code weight: 3}. */
  public MemberSetup backend(TestBackend backend, String more) {
    return backend(backend.keys() + (more.isEmpty() ? "" : ", " + more));
  }

  /** A backend by its keys: {@code host: localhost, port: 9001}. */
  public MemberSetup backend(String keys) {
    backends.add("{ " + keys + " }");
    return this;
  }

  /** Has the access log written, for {@link TestMember#accessLog}. */
  public MemberSetup accessLog() {
    accessLog = true;
    return this;
  }

  /** The listener and the pool as configured so far. */
  public String dynamicPart() {
    StringBuilder text = new StringBuilder("listeners:\n");
    text.append("  - name: web\n    bind: '").append(bind).append("'\n    pool: web\n");
    listener.forEach(line -> text.append("    ").append(line).append('\n'));
    text.append("pools:\n  - name: web\n");
    pool.forEach(line -> text.append("    ").append(line).append('\n'));
    text.append("    backends: [").append(String.join(", ", backends)).append("]\n");
    return text.toString();
  }

  /** Starts a member; skips the test where the transport does not work. */
  public TestMember start() {
    return start(dynamicPart());
  }

  /** Starts a member with listeners and pools of its own. */
  public TestMember start(String dynamicPart) {
    try {
      Transport.of(transport);
    } catch (Transport.UnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
    try {
      Path directory = Files.createTempDirectory("fairlead-test");
      Path file = directory.resolve("fairlead.yaml");
      String nodePart = nodePart(directory);
      Files.writeString(file, nodePart + dynamicPart);
      Member member = Member.start(file, new ConfigLoader(Map.of(), overrides()));
      return new TestMember(member, file, nodePart);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** {@code -Dfairlead.splice=true} runs any test with splice, unless it says what it needs. */
  private List<String> overrides() {
    String splice = System.getProperty("fairlead.splice");
    return splice == null || node.stream().anyMatch(line -> line.startsWith("splice"))
        ? List.of()
        : List.of("node.splice=" + splice);
  }

  private String nodePart(Path directory) {
    String log = accessLog ? directory.resolve(TestMember.ACCESS_LOG).toString() : "off";
    StringBuilder text = new StringBuilder("node:\n");
    text.append("  transport: ").append(transport.name().toLowerCase(Locale.ROOT)).append('\n');
    text.append("  eventLoops: 2\n");
    text.append("  logLevel: warn\n");
    text.append("  ").append(admin).append('\n');
    text.append("  accessLog: { to: ").append(log).append(" }\n");
    if (node.stream().noneMatch(line -> line.startsWith("rehearsal:"))) {
      text.append("  rehearsal: 0s\n");
    }
    node.forEach(line -> text.append("  ").append(line).append('\n'));
    return text + clusterPart;
  }
}
