package dev.fairlead.deploy;

import static dev.fairlead.deploy.Manifests.at;
import static dev.fairlead.deploy.Manifests.objects;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.NodeConfig.ShutdownConfig;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Ensures, without kubectl, that overlays and components change what is there. Provoked by looking
 * up in the base what each patch names. A failure would look like a patch that adds half an object,
 * or an overlay whose configuration and pods differ.
 */
class OverlaysTest {
  private static final Path PRODUCTION = Path.of("k8s", "overlays", "production");

  private final MemberPod base = new MemberPod(Manifests.base());

  @ParameterizedTest
  @ValueSource(strings = {"overlays/minimal", "overlays/production", "components/service-monitor"})
  void patchesChangeWhatIsThere(String directory) {
    Path path = Path.of("k8s", directory);
    JsonObject kustomization = Manifests.read(path.resolve("kustomization.yaml")).get(0);
    List<JsonObject> patches = objects(kustomization.getJsonArray("patches"));
    assertThat(patches).isNotEmpty();
    for (JsonObject patch : patches) {
      if (patch.containsKey("path")) {
        JsonObject change = Manifests.read(path.resolve(patch.getString("path"))).get(0);
        base.manifests().one(change.getString("kind"), Manifests.name(change));
      } else {
        JsonObject target = patch.getJsonObject("target");
        JsonObject object =
            base.manifests().one(target.getString("kind"), target.getString("name"));
        operations(patch.getString("patch"))
            .forEach(each -> assertThat(isThere(object, each)).as(each.encode()).isTrue());
      }
    }
  }

  private static List<JsonObject> operations(String patch) {
    Object list = new Load(LoadSettings.builder().build()).loadFromString(patch);
    return objects(new JsonArray((List<?>) list));
  }

  /** A path into lists and maps; what is added, a new item of a list, needs the list. */
  private static boolean isThere(JsonObject object, JsonObject operation) {
    String path = operation.getString("path").substring(1);
    Object found = object;
    for (String key : path.split("/", -1)) {
      if (key.equals("-") && operation.getString("op").equals("add")) {
        return found instanceof JsonArray;
      }
      found =
          found instanceof JsonArray list
              ? list.getValue(Integer.parseInt(key))
              : ((JsonObject) found).getValue(key);
    }
    return found != null;
  }

  @Test
  void productionConfiguresTheSamePortsAndPathsAndTheTimeItsPodsHave() throws IOException {
    LoadResult result =
        new ConfigLoader(base.environment(), List.of())
            .load(ConfigText.read(PRODUCTION.resolve("fairlead.yaml")));
    assertThat(result.problems()).isEmpty();
    FairleadConfig production = result.config();
    FairleadConfig standard = base.config();
    assertThat(MemberPod.listenerPorts(production)).isEqualTo(MemberPod.listenerPorts(standard));
    assertThat(production.node().admin()).isEqualTo(standard.node().admin());
    assertThat(production.node().stateDir()).isEqualTo(standard.node().stateDir());
    assertThat(production.cluster()).isEqualTo(standard.cluster());
    JsonObject patch = Manifests.read(PRODUCTION.resolve("statefulset.yaml")).get(0);
    ShutdownConfig shutdown = production.node().shutdown();
    assertThat(at(patch, "spec", "template", "spec").getLong("terminationGracePeriodSeconds"))
        .isEqualTo(sum(shutdown.delay(), shutdown.grace(), PodRules.LEAVE));
  }

  private static long sum(Duration first, Duration second, Duration third) {
    return first.plus(second).plus(third).toSeconds();
  }

  /** Otherwise every change of it would restart all pods. */
  @Test
  void theConfigMapKeepsItsNameInEveryOverlay() {
    for (Path directory : List.of(Path.of("k8s", "base"), PRODUCTION)) {
      JsonObject kustomization = Manifests.read(directory.resolve("kustomization.yaml")).get(0);
      assertThat(objects(kustomization.getJsonArray("configMapGenerator")))
          .hasSize(1)
          .allSatisfy(
              each ->
                  assertThat(at(each, "options").getMap())
                      .containsAllEntriesOf(Map.of("disableNameSuffixHash", true)));
    }
  }
}
