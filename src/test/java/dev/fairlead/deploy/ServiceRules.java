package dev.fairlead.deploy;

import static dev.fairlead.deploy.Manifests.at;
import static dev.fairlead.deploy.Manifests.objects;
import static dev.fairlead.deploy.Manifests.strings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ClusterConfig.MemberDiscovery.KubernetesService;
import dev.fairlead.config.FairleadConfig;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What has to hold for what is around the pods, in every way to deploy. */
interface ServiceRules {

  MemberPod pod();

  @Test
  default void theHeadlessServiceIsTheOneThatMembersAskFor() {
    FairleadConfig config = pod().config();
    JsonObject headless = pod().manifests().one("Service", "fairlead-members");
    assertThat(config.cluster().discovery())
        .isEqualTo(
            new KubernetesService(
                Manifests.name(headless)
                    + "."
                    + at(headless, "metadata").getString("namespace")
                    + ".svc.cluster.local"));
    JsonObject spec = at(headless, "spec");
    assertThat(spec.getString("clusterIP")).isEqualTo("None");
    assertThat(spec.getBoolean("publishNotReadyAddresses")).isTrue();
    assertThat(ports(spec)).isEqualTo(MemberPod.clusterPorts(config));
    assertThat(at(pod().statefulSet(), "spec").getString("serviceName"))
        .isEqualTo(Manifests.name(headless));
  }

  @Test
  default void clientsReachEveryListener() {
    JsonObject service = pod().manifests().one("Service", "fairlead");
    assertThat(objects(at(service, "spec").getJsonArray("ports")))
        .extracting(port -> port.getInteger("targetPort"))
        .containsExactlyInAnyOrderElementsOf(MemberPod.listenerPorts(pod().config()));
  }

  @Test
  default void everySelectorMeansTheMembers() {
    List<JsonObject> selectors = new ArrayList<>();
    for (JsonObject each : pod().manifests().all()) {
      switch (each.getString("kind")) {
        case "Service" -> selectors.add(at(each, "spec", "selector"));
        case "StatefulSet", "PodDisruptionBudget" ->
            selectors.add(at(each, "spec", "selector", "matchLabels"));
        case "NetworkPolicy" -> selectors.add(at(each, "spec", "podSelector", "matchLabels"));
        default -> {}
      }
    }
    JsonObject placing = new JsonObject().put("affinity", at(pod().spec(), "affinity"));
    placing.put("spread", pod().spec().getJsonArray("topologySpreadConstraints"));
    labelSelectors(placing, selectors);
    assertThat(selectors).hasSizeGreaterThanOrEqualTo(6);
    assertThat(selectors)
        .allSatisfy(selector -> assertThat(selector.getMap()).isNotEmpty())
        .allSatisfy(
            selector ->
                assertThat(pod().labels().getMap()).containsAllEntriesOf(selector.getMap()));
  }

  private static void labelSelectors(Object tree, List<JsonObject> found) {
    if (tree instanceof JsonObject object) {
      if (object.containsKey("labelSelector")) {
        found.add(at(object, "labelSelector", "matchLabels"));
      }
      object.forEach(entry -> labelSelectors(entry.getValue(), found));
    } else if (tree instanceof Iterable<?> list) {
      list.forEach(each -> labelSelectors(each, found));
    }
  }

  @Test
  default void onlyClientsComeFromOutside() {
    FairleadConfig config = pod().config();
    JsonObject policy = at(pod().manifests().one("NetworkPolicy", "fairlead"), "spec");
    assertThat(strings(policy.getJsonArray("policyTypes"))).contains("Ingress");
    Set<Integer> open = MemberPod.listenerPorts(config);
    Set<Integer> inside = MemberPod.clusterPorts(config);
    inside.add(config.node().admin().port());
    int members = 0;
    for (JsonObject rule : objects(policy.getJsonArray("ingress"))) {
      Set<Integer> ports = ports(rule);
      if (!rule.containsKey("from")) {
        assertThat(ports).isEqualTo(open);
      } else if (isFromMembers(rule)) {
        assertThat(ports).isEqualTo(inside);
        members++;
      } else {
        assertThat(ports).as("foreign: " + rule).containsExactly(config.node().admin().port());
      }
    }
    assertThat(members).isOne();
  }

  /** Without a namespace it means pods of this one. */
  private boolean isFromMembers(JsonObject rule) {
    List<JsonObject> from = objects(rule.getJsonArray("from"));
    return from.stream().allMatch(peer -> peer.fieldNames().equals(Set.of("podSelector")))
        && from.stream()
            .map(peer -> at(peer, "podSelector", "matchLabels"))
            .allMatch(labels -> labels.equals(pod().labels()));
  }

  private static Set<Integer> ports(JsonObject holder) {
    return objects(holder.getJsonArray("ports")).stream()
        .map(port -> port.getInteger("port"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  default void membersLeaveOneAtATimeAndStartTogether() {
    JsonObject budget = at(pod().manifests().one("PodDisruptionBudget", "fairlead"), "spec");
    assertThat(budget.getInteger("maxUnavailable")).isOne();
    JsonObject set = at(pod().statefulSet(), "spec");
    assertThat(set.getInteger("replicas")).isEqualTo(3);
    assertThat(set.getString("podManagementPolicy")).isEqualTo("Parallel");
    assertThat(at(set, "updateStrategy").getString("type")).isEqualTo("RollingUpdate");
  }

  /** Secrets are made by hand, and members ask nothing of the Kubernetes API. */
  @Test
  default void noSecretAndNoRightsAreAmongThem() {
    assertThat(pod().manifests().all())
        .extracting(each -> each.getString("kind"))
        .doesNotContain("Secret", "Role", "ClusterRole", "RoleBinding", "ServiceAccount");
  }

  @Test
  default void allIsInOneNamespace() {
    String namespace = pod().namespace();
    assertThat(pod().manifests().find("Namespace", namespace)).isPresent();
    assertThat(pod().manifests().all())
        .filteredOn(each -> !each.getString("kind").equals("Namespace"))
        .allSatisfy(
            each -> assertThat(at(each, "metadata").getString("namespace")).isEqualTo(namespace));
  }
}
