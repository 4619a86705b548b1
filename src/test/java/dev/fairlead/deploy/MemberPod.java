package dev.fairlead.deploy;

import static dev.fairlead.deploy.Manifests.at;
import static dev.fairlead.deploy.Manifests.objects;
import static dev.fairlead.deploy.Manifests.strings;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pod of the first member, as the manifests describe it. */
record MemberPod(Manifests manifests) {
  static final String NAME = "fairlead";
  private static final String ADDRESS = "10.1.2.3";

  JsonObject statefulSet() {
    return manifests.one("StatefulSet", NAME);
  }

  String namespace() {
    return at(statefulSet(), "metadata").getString("namespace");
  }

  JsonObject labels() {
    return at(statefulSet(), "spec", "template", "metadata", "labels");
  }

  JsonObject spec() {
    return at(statefulSet(), "spec", "template", "spec");
  }

  JsonObject container() {
    List<JsonObject> containers = objects(spec().getJsonArray("containers"));
    if (containers.size() != 1) {
      throw new AssertionError("not one container: " + containers);
    }
    return containers.get(0);
  }

  /** What the kubelet puts into the environment. */
  Map<String, String> environment() {
    Map<String, String> fields =
        Map.of(
            "metadata.name",
            NAME + "-0",
            "metadata.namespace",
            namespace(),
            "status.podIP",
            ADDRESS);
    Map<String, String> environment = new HashMap<>();
    for (JsonObject each : objects(container().getJsonArray("env"))) {
      String field = at(each, "valueFrom", "fieldRef").getString("fieldPath");
      environment.put(each.getString("name"), fields.get(field));
    }
    return environment;
  }

  /** The file that the container's arguments name. */
  Path file() {
    List<String> arguments = strings(container().getJsonArray("args"));
    return Path.of(arguments.get(arguments.indexOf("-c") + 1));
  }

  /** The mount whose directory is the nearest above {@code path}. */
  JsonObject mount(Path path) {
    return objects(container().getJsonArray("volumeMounts")).stream()
        .filter(mount -> path.startsWith(mount.getString("mountPath")))
        .max(Comparator.comparing(mount -> mount.getString("mountPath").length()))
        .orElseThrow(() -> new AssertionError("nothing is mounted for " + path));
  }

  /** The volume of a mount: one of the pod's, or a claim. */
  JsonObject volume(JsonObject mount) {
    String name = mount.getString("name");
    Stream<JsonObject> own = objects(spec().getJsonArray("volumes")).stream();
    Stream<JsonObject> claims =
        objects(at(statefulSet(), "spec").getJsonArray("volumeClaimTemplates")).stream()
            .map(claim -> new JsonObject().put("name", Manifests.name(claim)).put("claim", claim));
    List<JsonObject> found =
        Stream.concat(own, claims).filter(each -> each.getString("name").equals(name)).toList();
    if (found.size() != 1) {
      throw new AssertionError("not one volume " + name + ": " + found);
    }
    return found.get(0);
  }

  /** What the file holds that the container's arguments name. */
  ConfigText text() {
    Path file = file();
    String map = at(volume(mount(file)), "configMap").getString("name");
    String text =
        at(manifests.one("ConfigMap", map), "data").getString(file.getFileName().toString());
    return new ConfigText(file.toString(), ConfigFormat.YAML, text, file.getParent());
  }

  LoadResult load(Map<String, String> environment) {
    return new ConfigLoader(environment, List.of()).load(text());
  }

  /** The configuration of the member; fails with the problems when there are any. */
  FairleadConfig config() {
    LoadResult result = load(environment());
    if (!result.isValid()) {
      throw new AssertionError(result.problems().toString());
    }
    return result.config();
  }

  /** Where clients come in. */
  static TreeSet<Integer> listenerPorts(FairleadConfig config) {
    return config.listeners().stream()
        .map(listener -> listener.bind().port())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What only members may reach, besides the admin port. */
  static TreeSet<Integer> clusterPorts(FairleadConfig config) {
    return new TreeSet<>(List.of(config.cluster().port(), config.cluster().busPort()));
  }
}
