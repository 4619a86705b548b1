package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.KeyValue;
import dev.fairlead.config.text.Tree.Mapping;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.Scalar;
import dev.fairlead.config.text.Tree.ScalarKind;
import dev.fairlead.config.text.Tree.Sequence;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts texts with variables, as they are written, into the JSON of the loaded configuration. */
final class UnresolvedTexts {
  private UnresolvedTexts() {}

  /** Changes and returns {@code json}, a dynamic part; null = nothing is to be put in. */
  static JsonObject over(JsonObject json, @Nullable Tree written) {
    if (written instanceof Mapping map) {
      merge(json, fullForm(map.without(FairleadConfig.PROCESS_KEYS)));
    }
    return json;
  }

  private static void merge(JsonObject json, Mapping written) {
    written
        .entries()
        .forEach(
            (key, entry) -> {
              if (hasVariables(entry.value())) {
                json.put(key, of(json.getValue(key), entry.value()));
              }
            });
  }

  private static boolean hasVariables(Tree tree) {
    return !Substitution.namesIn(tree).isEmpty();
  }

  /** Where the two have different shapes, what is written replaces the whole. */
  private static @Nullable Object of(@Nullable Object json, Tree written) {
    if (!hasVariables(written)) {
      return json;
    }
    if (json instanceof JsonObject object && written instanceof Mapping map) {
      merge(object, map);
      return object;
    }
    if (json instanceof JsonArray array
        && written instanceof Sequence list
        && array.size() == list.items().size()) {
      List<@Nullable Object> items = new ArrayList<>();
      for (int i = 0; i < array.size(); i++) {
        items.add(of(array.getValue(i), list.items().get(i)));
      }
      return new JsonArray(items);
    }
    return asWritten(written);
  }

  private static @Nullable Object asWritten(Tree tree) {
    if (tree instanceof Mapping map) {
      JsonObject json = new JsonObject();
      map.entries().forEach((key, entry) -> json.put(key, asWritten(entry.value())));
      return json;
    }
    if (tree instanceof Sequence list) {
      List<@Nullable Object> items = new ArrayList<>();
      list.items().forEach(item -> items.add(asWritten(item)));
      return new JsonArray(items);
    }
    Scalar scalar = (Scalar) tree;
    return switch (scalar.kind()) {
      case NULL -> null;
      case BOOLEAN -> scalar.asBoolean().orElseThrow();
      case INTEGER -> scalar.asInteger().orElseThrow();
      default -> scalar.text();
    };
  }

  /** The flat form in the shape of the full one: only the parts that may have variables. */
  private static Mapping fullForm(Mapping map) {
    if (!FairleadConfig.isFlat(map.entries().keySet())) {
      return map;
    }
    Scalar host = scalar(map, "host");
    Scalar port = scalar(map, "port");
    boolean isIpv6 = host.text().contains(":") && !hasVariables(host);
    String bind = (isIpv6 ? "[" + host.text() + "]" : host.text()) + ":" + port.text();
    Tree backends = required(map, "backends");
    return mapping(
        Map.of(
            "listeners", onlyItem("bind", new Scalar(host.place(), ScalarKind.TEXT, bind)),
            "pools", onlyItem("backends", backends)));
  }

  private static Scalar scalar(Mapping map, String key) {
    return (Scalar) required(map, key);
  }

  private static Tree required(Mapping map, String key) {
    return Objects.requireNonNull(map.entries().get(key)).value();
  }

  private static Tree onlyItem(String key, Tree value) {
    return new Sequence(Place.UNKNOWN, List.of(mapping(Map.of(key, value))));
  }

  private static Mapping mapping(Map<String, Tree> values) {
    Map<String, KeyValue> entries = new LinkedHashMap<>();
    values.forEach((key, value) -> entries.put(key, new KeyValue(Place.UNKNOWN, value)));
    return new Mapping(Place.UNKNOWN, entries);
  }
}
