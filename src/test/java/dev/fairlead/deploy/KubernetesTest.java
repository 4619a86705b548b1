package dev.fairlead.deploy;

import static dev.fairlead.deploy.Manifests.at;
import static dev.fairlead.deploy.Manifests.objects;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the manifests in {@code k8s} fit the configuration in them, and each other. Provoked
 * by reading them: the base as it is, the overlays as kubectl renders them, where it is installed.
 * A failure would look like pods that never get ready, don't find each other, or are killed.
 */
class KubernetesTest {
  private static final Path OVERLAYS = Path.of("k8s", "overlays");
  private static final String UNAVAILABLE = Manifests.unavailable();

  @Nested
  class Base implements PodRules, ServiceRules {
    private final MemberPod pod = new MemberPod(Manifests.base());

    @Override
    public MemberPod pod() {
      return pod;
    }

    @Test
    void everyMemberKeepsItsRevisionsOnADiskOfItsOwn() {
      JsonObject state = pod.mount(pod.config().node().stateDir());
      assertThat(pod.volume(state).fieldNames()).contains("claim");
    }
  }

  @Nested
  class Minimal implements PodRules, ServiceRules {
    private static MemberPod rendered;

    @BeforeAll
    static void render() {
      rendered = renderedPod(OVERLAYS.resolve("minimal"));
    }

    @Override
    public MemberPod pod() {
      return available(rendered);
    }

    @Test
    void needsNoStorageClass() {
      assertThat(at(pod().statefulSet(), "spec").fieldNames())
          .doesNotContain("volumeClaimTemplates");
    }
  }

  @Nested
  class Production implements PodRules, ServiceRules {
    private static MemberPod rendered;

    @BeforeAll
    static void render() {
      rendered = renderedPod(OVERLAYS.resolve("production"));
    }

    @Override
    public MemberPod pod() {
      return available(rendered);
    }

    @Test
    void noTwoMembersAreOnOneNode() {
      JsonObject apart = at(pod().spec(), "affinity", "podAntiAffinity");
      assertThat(apart.fieldNames())
          .containsExactly("requiredDuringSchedulingIgnoredDuringExecution");
      assertThat(objects(apart.getJsonArray("requiredDuringSchedulingIgnoredDuringExecution")))
          .extracting(term -> term.getString("topologyKey"))
          .containsExactly("kubernetes.io/hostname");
    }

    @Test
    void membersSeeTheAddressesOfClients() {
      JsonObject service = at(pod().manifests().one("Service", "fairlead"), "spec");
      assertThat(service.getString("type")).isEqualTo("LoadBalancer");
      assertThat(service.getString("externalTrafficPolicy")).isEqualTo("Local");
    }

    /** What connects from a port that we listen on later would hold that port up. */
    @Test
    void localPortsBeginAboveOurs() {
      JsonArray sysctls = at(pod().spec(), "securityContext").getJsonArray("sysctls");
      String range = objects(sysctls).get(0).getString("value");
      int first = Integer.parseInt(range.substring(0, range.indexOf(' ')));
      assertThat(objects(pod().container().getJsonArray("ports")))
          .allSatisfy(port -> assertThat(port.getInteger("containerPort")).isLessThan(first));
    }
  }

  /** The overlay for production with the component, as its comment says. */
  @Nested
  class Monitored implements PodRules, ServiceRules {
    private static MemberPod rendered;

    @BeforeAll
    static void render() throws IOException {
      Path directory = Files.createDirectories(Path.of("target", "k8s-monitored"));
      Files.writeString(
          directory.resolve("kustomization.yaml"),
          """
          apiVersion: kustomize.config.k8s.io/v1beta1
          kind: Kustomization
          resources: [../../k8s/overlays/production]
          components: [../../k8s/components/service-monitor]
          namespace: fairlead
          """);
      rendered = renderedPod(directory);
    }

    @Override
    public MemberPod pod() {
      return available(rendered);
    }

    @Test
    void theMonitorFindsTheAdminPortOfEveryMember() {
      JsonObject monitor = at(pod().manifests().one("ServiceMonitor", "fairlead"), "spec");
      JsonObject labels = at(monitor, "selector", "matchLabels");
      List<JsonObject> services =
          pod()
              .manifests()
              .ofKind("Service")
              .filter(
                  each ->
                      at(each, "metadata", "labels")
                          .getMap()
                          .entrySet()
                          .containsAll(labels.getMap().entrySet()))
              .toList();
      assertThat(services).hasSize(1);
      JsonObject service = at(services.get(0), "spec");
      assertThat(service.getBoolean("publishNotReadyAddresses")).isTrue();
      JsonObject port = objects(service.getJsonArray("ports")).get(0);
      assertThat(port.getInteger("port")).isEqualTo(pod().config().node().admin().port());
      JsonObject endpoint = objects(monitor.getJsonArray("endpoints")).get(0);
      assertThat(endpoint.getString("port")).isEqualTo(port.getString("name"));
      assertThat(endpoint.getString("path")).isEqualTo("/metrics");
    }

    @Test
    void prometheusReachesTheAdminPortAndNothingElse() {
      JsonObject policy = at(pod().manifests().one("NetworkPolicy", "fairlead"), "spec");
      List<JsonObject> foreign =
          objects(policy.getJsonArray("ingress")).stream()
              .filter(rule -> rule.encode().contains("namespaceSelector"))
              .toList();
      assertThat(foreign).hasSize(1);
      assertThat(objects(foreign.get(0).getJsonArray("ports")))
          .extracting(port -> port.getInteger("port"))
          .containsExactly(pod().config().node().admin().port());
    }
  }

  /** Null = nothing can be rendered here. */
  private static MemberPod renderedPod(Path directory) {
    return UNAVAILABLE.isEmpty() ? new MemberPod(Manifests.rendered(directory)) : null;
  }

  private static MemberPod available(MemberPod rendered) {
    assumeTrue(UNAVAILABLE.isEmpty(), UNAVAILABLE);
    return rendered;
  }

  @Test
  void everyFileIsOfAKustomization() throws IOException {
    try (var files = Files.walk(Path.of("k8s"))) {
      List<Path> found = files.filter(Files::isRegularFile).toList();
      assertThat(found)
          .allSatisfy(
              file -> {
                String name = file.getFileName().toString();
                String kustomization = Manifests.text(file.resolveSibling("kustomization.yaml"));
                assertThat(name.equals("kustomization.yaml") || kustomization.contains(name))
                    .as(file.toString())
                    .isTrue();
              });
    }
  }
}
