package dev.fairlead.deploy;

import dev.fairlead.testkit.TestRun;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What is applied to a Kubernetes cluster.
 *
 * @param all the objects, in no order
 */
record Manifests(List<JsonObject> all) {
  private static final Path DIRECTORY = Path.of("k8s");
  private static final String KUSTOMIZATION = "kustomization.yaml";

  Manifests {
    all = List.copyOf(all);
  }

  /** The files of {@code k8s/base}, with the ConfigMap that Kustomize makes of them. */
  static Manifests base() {
    Path base = DIRECTORY.resolve("base");
    JsonObject kustomization = read(base.resolve(KUSTOMIZATION)).get(0);
    List<JsonObject> objects = new ArrayList<>();
    strings(kustomization.getJsonArray("resources"))
        .forEach(file -> objects.addAll(read(base.resolve(file))));
    objects(kustomization.getJsonArray("configMapGenerator"))
        .forEach(each -> objects.add(configMap(base, each)));
    String namespace = kustomization.getString("namespace");
    objects.stream()
        .filter(each -> !each.getString("kind").equals("Namespace"))
        .forEach(each -> each.getJsonObject("metadata").put("namespace", namespace));
    return new Manifests(objects);
  }

  private static JsonObject configMap(Path directory, JsonObject generator) {
    JsonObject data = new JsonObject();
    for (String file : strings(generator.getJsonArray("files"))) {
      data.put(file, text(directory.resolve(file)));
    }
    String name = generator.getString("name");
    boolean stays = generator.getJsonObject("options").getBoolean("disableNameSuffixHash");
    return new JsonObject()
        .put("kind", "ConfigMap")
        .put("metadata", new JsonObject().put("name", stays ? name : name + "-hash"))
        .put("data", data);
  }

  /** Why nothing can be rendered here, empty = it can. */
  static String unavailable() {
    try {
      run("kubectl", "version", "--client");
      return "";
    } catch (IllegalStateException e) {
      return "kubectl is not here, so the overlays are not rendered: " + e.getMessage();
    }
  }

  /** What {@code kubectl apply -k} would send. */
  static Manifests rendered(Path directory) {
    return new Manifests(parse(run("kubectl", "kustomize", directory.toString())));
  }

  /** The documents of a YAML file. */
  static List<JsonObject> read(Path file) {
    return parse(text(file));
  }

  private static List<JsonObject> parse(String yaml) {
    List<JsonObject> documents = new ArrayList<>();
    for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
      Map<String, Object> map = new HashMap<>();
      ((Map<?, ?>) document).forEach((key, value) -> map.put((String) key, value));
      documents.add(new JsonObject(map));
    }
    return documents;
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(String... command) {
    try {
      Path problems = Files.createTempFile("kubectl", ".txt");
      try {
        Process process = new ProcessBuilder(command).redirectError(problems.toFile()).start();
        byte[] output = process.getInputStream().readAllBytes();
        if (!process.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)
            || process.exitValue() != 0) {
          process.destroyForcibly();
          throw new IllegalStateException(String.join(" ", command) + ": " + text(problems));
        }
        return new String(output, StandardCharsets.UTF_8);
      } finally {
        Files.delete(problems);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  Optional<JsonObject> find(String kind, String name) {
    return ofKind(kind).filter(each -> name(each).equals(name)).findFirst();
  }

  JsonObject one(String kind, String name) {
    return find(kind, name).orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  Stream<JsonObject> ofKind(String kind) {
    return all.stream().filter(each -> each.getString("kind").equals(kind));
  }

  static String name(JsonObject object) {
    return object.getJsonObject("metadata").getString("name");
  }

  /** The object at keys within keys. */
  static JsonObject at(JsonObject object, String... keys) {
    JsonObject found = object;
    for (String key : keys) {
      found = found.getJsonObject(key);
      if (found == null) {
        throw new AssertionError("no " + String.join(".", keys) + " in " + object.encode());
      }
    }
    return found;
  }

  /** The items of a list, null = none. */
  static List<JsonObject> objects(JsonArray list) {
    return list == null ? List.of() : list.stream().map(JsonObject.class::cast).toList();
  }

  static List<String> strings(JsonArray list) {
    return list.stream().map(String.class::cast).toList();
  }
}
