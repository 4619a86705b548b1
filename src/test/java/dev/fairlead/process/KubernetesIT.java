package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ConfigMapVolume;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the configuration in {@code k8s/base} makes three pods one cluster, and one change
 * of its ConfigMap one revision. Provoked without Kubernetes: three loopback addresses stand for
 * the pods', a file of hosts for the headless Service's name, and the ConfigMap comes to each
 * member at another time, through the links that the kubelet makes. A failure would look like
 * members that are alone, a change that is not taken, or one that is taken again and undoes a push.
 */
class KubernetesIT {
  private static final int SIZE = 3;
  private static final String SECRET = "correct horse battery staple";
  private static final String BACKEND = "web-0.web.default.svc.cluster.local, port: 80";

  /**
   * A late change that must not be taken would be within this time: the file is read each 0.3 s.
   */
  private static final Duration A_FEW_LOOKS = Duration.ofSeconds(2);

  @TempDir private Path directory;
  private final String network = network();
  private final List<ConfigMapVolume> volumes = new ArrayList<>();
  private final List<FairleadProcess> members = new ArrayList<>();
  private PingBackend backend;
  private PingBackend other;

  /** Of loopback, so that tests of other processes are not met on the ports of the file. */
  private static String network() {
    SplittableRandom random = new SplittableRandom();
    return "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + ".";
  }

  @BeforeEach
  void start() throws IOException {
    backend = PingBackend.start();
    other = PingBackend.start("NEW.");
    Files.writeString(directory.resolve("secret"), SECRET + "\n");
    Path hosts = directory.resolve("hosts");
    for (int pod = 0; pod < SIZE; pod++) {
      String line = address(pod) + " fairlead-members.fairlead.svc.cluster.local\n";
      Files.writeString(hosts, (pod == 0 ? "" : Files.readString(hosts)) + line);
    }
    for (int pod = 0; pod < SIZE; pod++) {
      Path own = Files.createDirectories(directory.resolve("fairlead-" + pod));
      volumes.add(
          new ConfigMapVolume(own.resolve("config"), "fairlead.yaml", document(backend, 1)));
      members.add(launch(pod, hosts).start(own));
    }
    members.forEach(FairleadProcess::awaitReady);
    await().until(() -> members.stream().allMatch(each -> each.memberNames().size() == SIZE));
  }

  @AfterEach
  void stop() throws IOException {
    members.forEach(FairleadProcess::close);
    backend.close();
    other.close();
  }

  private String address(int pod) {
    return network + (pod + 1);
  }

  /** The ConfigMap's own file, with a backend that is there. */
  private static String document(PingBackend backend, int weight) throws IOException {
    String text = Files.readString(Path.of("k8s", "base", "fairlead.yaml"));
    assertThat(text).contains(BACKEND);
    return text.replace(BACKEND, "127.0.0.1, port: " + backend.port() + ", weight: " + weight)
        .replaceAll(".*web-1.*\n", "");
  }

  private Launch launch(int pod, Path hosts) {
    Path own = directory.resolve("fairlead-" + pod);
    List<String> arguments =
        new ArrayList<>(List.of("run", "-c", volumes.get(pod).file().toString()));
    for (String override :
        List.of(
            // What the test asks, and pods of one machine can't share.
            "node.admin={ host: 127.0.0.1, port: 0 }",
            "listeners[0].bind=127.0.0.1:0",
            "cluster.secretFile=" + directory.resolve("secret"),
            "node.stateDir=" + own.resolve("state"))) {
      arguments.addAll(List.of("--set", override));
    }
    return Launch.jar(arguments.toArray(String[]::new))
        .withJvm(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Djava.net.preferIPv4Stack=true",
            "-Djdk.net.hosts.file=" + hosts)
        .after(
            "export POD_NAME=fairlead-%s POD_NAMESPACE=fairlead POD_IP=%s"
                .formatted(pod, address(pod)));
  }

  @Test
  void threePodsAreOneClusterAndOneConfigMapIsOneRevision() throws IOException {
    assertThat(members)
        .allSatisfy(
            member ->
                assertThat(member.memberNames())
                    .containsExactly("fairlead-0", "fairlead-1", "fairlead-2"));
    awaitRevision(1, "PONG");

    volumes.get(1).update(document(other, 2));
    awaitRevision(2, "NEW.");
    assertThat(config(0).getString("author")).isEqualTo("file:fairlead-1");
    assertThat(config(0).getBoolean("fileInForce")).isFalse();
    // The others see the same change later, each at its own time.
    for (int late : List.of(2, 0)) {
      volumes.get(late).update(document(other, 2));
      await().until(() -> isFileInForce(late));
    }
    assertThat(revisionsEver()).isEqualTo(2);

    lateOneUndoesNothing();
    brokenOneIsToldAndMended();
  }

  /** The last pod sees a change after something else was pushed. */
  private void lateOneUndoesNothing() throws IOException {
    volumes.get(0).update(document(backend, 3));
    awaitRevision(3, "PONG");
    String pushed = ConfigFixture.weighing(4, other.port());
    await().until(() -> members.get(1).push(pushed).statusCode() == 200);
    volumes.get(2).update(document(backend, 3));
    await().during(A_FEW_LOOKS).until(() -> members.get(2).revision() == 4 && revisionsEver() == 4);
    awaitRevision(4, "NEW.");
  }

  private void brokenOneIsToldAndMended() throws IOException {
    volumes.get(0).update("pools: 5\n");
    await()
        .until(() -> members.get(0).problems().toString().contains("pools: 5 (expected: a list)"));
    awaitRevision(4, "NEW.");
    volumes.get(0).update(document(backend, 5));
    awaitRevision(5, "PONG");
    await().until(() -> members.get(0).problems().isEmpty());
  }

  private void awaitRevision(long revision, String answer) throws IOException {
    await("revision " + revision)
        .until(() -> members.stream().allMatch(each -> each.revision() == revision));
    for (FairleadProcess member : members) {
      assertThat(PingClient.pingOnce(member.port("web"))).isEqualTo(answer);
    }
  }

  private int revisionsEver() {
    return members.get(2).json("/api/v1/config/history").getJsonArray("history").size();
  }

  private boolean isFileInForce(int pod) {
    return config(pod).getBoolean("fileInForce");
  }

  private JsonObject config(int pod) {
    return members.get(pod).json("/api/v1/status").getJsonObject("config");
  }
}
