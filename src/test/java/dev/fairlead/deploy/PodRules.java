package dev.fairlead.deploy;

import static dev.fairlead.deploy.Manifests.at;
import static dev.fairlead.deploy.Manifests.objects;
import static dev.fairlead.deploy.Manifests.strings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.NodeConfig.ShutdownConfig;
import dev.fairlead.member.FairleadVersion;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What has to hold for the pods of every way to deploy. */
interface PodRules {
  /** To leave the cluster after the last session: Hazelcast's own limit. */
  Duration LEAVE = Duration.ofSeconds(10);

  MemberPod pod();

  @Test
  default void theConfigMapIsAConfiguration() {
    FairleadConfig config = pod().config();
    assertThat(config.node().name()).isEqualTo("fairlead-0");
    assertThat(config.cluster().enabled()).isTrue();
    assertThat(config.cluster().host()).isEqualTo(pod().environment().get("POD_IP"));
  }

  @Test
  default void everyVariableIsNeeded() {
    for (String name : pod().environment().keySet()) {
      Map<String, String> without = new HashMap<>(pod().environment());
      without.remove(name);
      assertThat(pod().load(without).problems()).as("without " + name).isNotEmpty();
    }
  }

  @Test
  default void aChangeOfTheConfigMapReachesTheMember() {
    JsonObject mount = pod().mount(pod().file());
    assertThat(mount.getString("mountPath")).isEqualTo(pod().file().getParent().toString());
    assertThat(mount.fieldNames()).doesNotContain("subPath", "subPathExpr");
    assertThat(at(pod().volume(mount), "configMap").fieldNames()).doesNotContain("items");
  }

  @Test
  default void theContainerNamesThePortsOfTheConfiguration() {
    FairleadConfig config = pod().config();
    TreeSet<Integer> expected = MemberPod.listenerPorts(config);
    expected.addAll(MemberPod.clusterPorts(config));
    expected.add(config.node().admin().port());
    assertThat(objects(pod().container().getJsonArray("ports")))
        .extracting(port -> port.getInteger("containerPort"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  default void probesAskTheAdminListener() {
    Map<String, String> paths =
        Map.of(
            "startupProbe", "/livez",
            "livenessProbe", "/livez",
            "readinessProbe", "/readyz");
    FairleadConfig config = pod().config();
    paths.forEach(
        (probe, path) ->
            assertThat(at(pod().container(), probe, "httpGet").getMap())
                .as(probe)
                .isEqualTo(Map.of("path", path, "port", config.node().admin().port())));
    assertThat(config.node().admin().host()).as("the kubelet asks the pod's").isEqualTo("0.0.0.0");
    assertThat(config.node().admin().tls()).as("httpGet is plain").isNull();
  }

  @Test
  default void aMemberHasTheTimeToLeave() {
    ShutdownConfig shutdown = pod().config().node().shutdown();
    assertThat(Duration.ofSeconds(pod().spec().getLong("terminationGracePeriodSeconds")))
        .isEqualTo(shutdown.delay().plus(shutdown.grace()).plus(LEAVE));
    assertThat(shutdown.delay()).as("there is no preStop").isPositive();
    assertThat(pod().container().fieldNames()).doesNotContain("lifecycle");
  }

  @Test
  default void secretsAreMountedAndReadableForTheMemberOnly() {
    FairleadConfig config = pod().config();
    int mode = 0440;
    for (Path file : List.of(config.node().admin().tokenFile(), config.cluster().secretFile())) {
      JsonObject secret = at(pod().volume(pod().mount(file)), "secret");
      assertThat(secret.getInteger("defaultMode")).isEqualTo(mode);
      assertThat(Manifests.text(Path.of("docs", "deploy.md")))
          .contains("create secret generic " + secret.getString("secretName"))
          .contains("--from-file=" + file.getFileName());
    }
    assertThat(at(pod().spec(), "securityContext").getLong("fsGroup")).isPositive();
  }

  @Test
  default void whatAMemberWritesHasAVolume() {
    JsonObject state = pod().mount(pod().config().node().stateDir());
    assertThat(state.getBoolean("readOnly", false)).isFalse();
    assertThat(pod().volume(state).fieldNames()).containsAnyOf("claim", "emptyDir");
    JsonObject temporary = pod().mount(Path.of("/tmp"));
    assertThat(temporary.getBoolean("readOnly", false)).isFalse();
    // One in memory would be counted against the limit.
    assertThat(at(pod().volume(temporary), "emptyDir").fieldNames()).doesNotContain("medium");
    assertThat(at(pod().container(), "securityContext").getBoolean("readOnlyRootFilesystem"))
        .isTrue();
  }

  @Test
  default void everyMountHasAVolumeAndEveryVolumeAMount() {
    List<JsonObject> mounts = objects(pod().container().getJsonArray("volumeMounts"));
    mounts.forEach(mount -> assertThat(pod().volume(mount)).isNotNull());
    assertThat(mounts)
        .extracting(mount -> mount.getString("name"))
        .containsAll(
            objects(pod().spec().getJsonArray("volumes")).stream()
                .map(volume -> volume.getString("name"))
                .toList());
  }

  /** The profile "restricted" of the pod security standards. */
  @Test
  default void nothingIsPermittedThatIsNotNeeded() {
    JsonObject pod = at(pod().spec(), "securityContext");
    assertThat(pod.getBoolean("runAsNonRoot")).isTrue();
    assertThat(pod.getLong("runAsUser")).isPositive();
    assertThat(at(pod, "seccompProfile").getString("type")).isEqualTo("RuntimeDefault");
    JsonObject container = at(pod().container(), "securityContext");
    assertThat(container.getBoolean("allowPrivilegeEscalation")).isFalse();
    JsonObject capabilities = at(container, "capabilities");
    assertThat(strings(capabilities.getJsonArray("drop"))).containsExactly("ALL");
    assertThat(capabilities.fieldNames()).containsExactly("drop");
    assertThat(pod().spec().getBoolean("automountServiceAccountToken")).isFalse();
    assertThat(pod().spec().fieldNames()).doesNotContain("hostNetwork", "hostPID", "hostIPC");
  }

  @Test
  default void aMemberHas256MebibytesAndTwoCores() {
    JsonObject resources = at(pod().container(), "resources");
    assertThat(at(resources, "limits").getMap()).isEqualTo(Map.of("cpu", "2", "memory", "256Mi"));
    assertThat(at(resources, "requests").getString("memory")).isEqualTo("256Mi");
  }

  @Test
  default void theImageIsOfThisVersion() {
    assertThat(pod().container().getString("image")).isEqualTo("fairlead:" + FairleadVersion.get());
  }
}
