package dev.fairlead.config.bind;

import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.Durations;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Labelled;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.bind.KeyDescriber.DescribedKey;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.Scalar;
import dev.fairlead.config.text.Tree.ScalarKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the JSON Schema (2020-12) of a configuration from the binders, with the descriptions of
 * docs/configuration.md. It refuses nothing that loads; rules about more than one key are beyond
 * it. One schema is for files and for pushed documents, whose {@code node} and {@code cluster} are
 * ignored.
 */
final class SchemaOfKeys {
  private static final String VARIABLE = "#/$defs/variable";

  private final Map<String, String> descriptions;

  private SchemaOfKeys(Map<String, String> descriptions) {
    this.descriptions = descriptions;
  }

  /** The whole schema. */
  static JsonObject make() throws IOException {
    Binding binding = new Binding(new Problems(), Substitution.ofFile(Map.of()), Path.of("/"));
    ConfigBinder binder = new ConfigBinder(binding);
    FairleadConfig own =
        new FairleadConfig(NodeConfig.DEFAULT, ClusterConfig.DEFAULT, List.of(), List.of());
    Map<String, DescribedKey> keys = new LinkedHashMap<>();
    keys.putAll(KeyDescriber.keys(binding, "", binder::process));
    keys.putAll(KeyDescriber.keys(binding, "", root -> binder.full(root, own)));
    Map<String, DescribedKey> flat = KeyDescriber.keys(binding, "", root -> binder.flat(root, own));
    flat.forEach(keys::putIfAbsent);
    JsonObject root = new SchemaOfKeys(KeyDescriptions.read()).map(keys, "");
    root.remove("required");
    JsonObject schema =
        new JsonObject()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("$id", "urn:fairlead:configuration")
            .put("title", "Configuration of Fairlead");
    return schema.mergeIn(root).put("anyOf", forms()).put("$defs", definitions());
  }

  /** Either listeners and pools, or the flat form with all of its keys. */
  private static JsonArray forms() {
    JsonArray flat = new JsonArray(FairleadConfig.FLAT_KEYS);
    return new JsonArray()
        .add(new JsonObject().put("not", anyOfRequired(FairleadConfig.FLAT_KEYS)))
        .add(
            new JsonObject()
                .put("required", flat)
                .put("not", anyOfRequired(List.of("listeners", "pools"))));
  }

  private static JsonObject anyOfRequired(List<String> keys) {
    JsonArray any = new JsonArray();
    keys.forEach(key -> any.add(new JsonObject().put("required", new JsonArray().add(key))));
    return new JsonObject().put("anyOf", any);
  }

  private static JsonObject definitions() {
    return new JsonObject()
        .put(
            "variable",
            new JsonObject()
                .put("type", "string")
                .put("pattern", "\\$\\{")
                .put("description", "${NAME} or ${NAME:default}: an environment variable"));
  }

  private JsonObject map(Map<String, DescribedKey> keys, String path) {
    JsonObject properties = new JsonObject();
    JsonArray required = new JsonArray();
    keys.forEach(
        (name, key) -> {
          properties.put(name, key(key, path.isEmpty() ? name : path + "." + name));
          if (key.required()) {
            required.add(name);
          }
        });
    JsonObject schema = new JsonObject().put("type", "object").put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return schema.put("additionalProperties", false);
  }

  private JsonObject key(DescribedKey key, String path) {
    JsonObject schema = new JsonObject();
    String description = descriptions.get(path.startsWith("backends[]") ? "pools[]." + path : path);
    if (description != null) {
      schema.put("description", description);
    }
    String inside = key.list() ? path + "[]" : path;
    List<JsonObject> any = new ArrayList<>();
    if (key.shape() != null) {
      any.addAll(alternatives(key.shape()));
    }
    if (key.inside() != null) {
      any.add(0, map(key.inside(), inside));
    }
    JsonObject value = any.size() == 1 ? any.get(0) : new JsonObject().put("anyOf", array(any));
    JsonObject list = new JsonObject().put("type", "array").put("items", value);
    if (key.alone() != null) {
      list = new JsonObject().put("anyOf", array(List.of(list, map(key.alone(), path))));
    }
    schema.mergeIn(key.list() ? list : value);
    Object byDefault = byDefault(key);
    return byDefault == KeyDescriber.NO_DEFAULT ? schema : schema.put("default", byDefault);
  }

  private static JsonArray array(List<JsonObject> all) {
    JsonArray array = new JsonArray();
    all.forEach(array::add);
    return array;
  }

  private static List<JsonObject> alternatives(ValueShape shape) {
    List<JsonObject> any = new ArrayList<>();
    JsonArray words = new JsonArray();
    for (ValueShape.Alternative each : shape.alternatives()) {
      if (each instanceof ValueShape.Words some) {
        some.words().forEach(words::add);
      } else if (each instanceof ValueShape.Constant constant) {
        constant
            .literals()
            .forEach(text -> words.add(text.equals("null") ? null : (Object) text.equals("true")));
      } else if (each instanceof ValueShape.WholeNumber range) {
        JsonObject integer = new JsonObject().put("type", "integer").put("minimum", range.min());
        any.add(range.max() == Integer.MAX_VALUE ? integer : integer.put("maximum", range.max()));
      } else if (each instanceof ValueShape.TextsByKey) {
        JsonObject string = new JsonObject().put("type", "string");
        any.add(new JsonObject().put("type", "object").put("additionalProperties", string));
      } else if (each instanceof ValueShape.Text text) {
        JsonObject string = new JsonObject().put("type", "string");
        any.add(text.pattern().isEmpty() ? string : string.put("pattern", text.pattern()));
      }
    }
    if (!words.isEmpty()) {
      any.add(0, new JsonObject().put("enum", words));
    }
    if (!shape.alternatives().contains(new ValueShape.Text(""))) {
      any.add(new JsonObject().put("$ref", VARIABLE));
    }
    return any;
  }

  /** As a file would write it: the first form that reads as the default. */
  private static @Nullable Object byDefault(DescribedKey key) {
    Object value = key.byDefault();
    ValueType<?> type = key.type();
    if (value == null || value == KeyDescriber.NO_DEFAULT || type == null) {
      return value instanceof List<?> list ? new JsonArray(list) : value;
    }
    return Stream.of(value, value + "%", show(value), "auto", "off", "0" + octal(value))
        .filter(form -> reads(type, form, value))
        .findFirst()
        .orElse(KeyDescriber.NO_DEFAULT);
  }

  private static String octal(Object value) {
    return value instanceof Integer number ? Integer.toOctalString(number) : "";
  }

  private static String show(Object value) {
    return value instanceof Duration duration
        ? Durations.show(duration)
        : value instanceof Labelled labelled ? labelled.label() : String.valueOf(value);
  }

  private static boolean reads(ValueType<?> type, Object form, Object value) {
    ScalarKind kind =
        form instanceof Integer
            ? ScalarKind.INTEGER
            : form instanceof Boolean ? ScalarKind.BOOLEAN : ScalarKind.TEXT;
    boolean simple = form instanceof Integer || form instanceof Boolean || form instanceof String;
    return simple
        && Objects.equals(
            type.read(new Scalar(Place.UNKNOWN, kind, String.valueOf(form))).value().orElse(null),
            value);
  }
}
