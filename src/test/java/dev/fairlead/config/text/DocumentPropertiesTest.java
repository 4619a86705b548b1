package dev.fairlead.config.text;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.bind.ConfigArbitraries;
import dev.fairlead.config.bind.ConfigJson;
import dev.fairlead.config.bind.Loading;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.testkit.PoolSettings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Ensures that changing one backend in a document changes nothing else, and that a digest stands
 * for the content. Provoked by random configurations, settings, orders of keys and texts. A failure
 * would look like another configuration loaded from what was written, or like equal documents with
 * different digests.
 */
class DocumentPropertiesTest {
  /** No text of Unicode: it can't be stored as UTF-8. */
  private static final Pattern HALF_A_PAIR = Pattern.compile("\\p{Cs}");

  private final Loading loading = Loading.plain();

  @Property(tries = 300)
  void onlyTheSettingChanges(
      @ForAll("withBackends") FairleadConfig config,
      @ForAll("settings") BackendSetting setting,
      @ForAll Random random,
      @ForAll boolean json) {
    ConfigFormat format = json ? JSON : YAML;
    Target target = Target.in(config, random);
    Document written =
        document(format, config).with(target.pool(), target.backend(), setting).document();
    assertThat(written.format()).isEqualTo(format);
    FairleadConfig loaded = loading.config(format, written.text());
    assertThat(loaded.listeners()).isEqualTo(config.listeners());
    assertThat(loaded.pools()).isEqualTo(target.changed(config.pools(), setting));
  }

  @Property(tries = 100)
  void oneLineOfTheTextChangesForEachKey(
      @ForAll("withBackends") FairleadConfig config,
      @ForAll("settings") BackendSetting setting,
      @ForAll Random random,
      @ForAll ConfigFormat format) {
    Target target = Target.in(config, random);
    JsonObject json = withoutNulls(ConfigJson.dynamicPart(config));
    JsonObject backend = target.in(json);
    for (String key : List.of("weight", "state", "host")) {
      if (random.nextBoolean()) {
        backend.remove(key);
      }
    }
    String text =
        switch (format) {
          case YAML -> RandomLayout.yaml(json, random);
          case JSON -> RandomLayout.json(json, random);
          case TOML -> RandomLayout.toml(json, random);
        };
    Document before = Document.of(format, text);
    assertThat(before.digest()).as(text).isEqualTo(Document.of(JSON, json.encode()).digest());

    Document.ChangedDocument changed = before.with(target.pool(), target.backend(), setting);

    setting.toJson().forEach(entry -> backend.put(entry.getKey(), entry.getValue()));
    List.of("pool", "backend").forEach(backend::remove);
    String after = changed.document().text();
    assertThat(changed.rewritten()).as(text).isFalse();
    assertThat(changed.document().format()).isEqualTo(format);
    assertThat(changed.document().digest())
        .as(after)
        .isEqualTo(Document.of(JSON, json.encode()).digest());
    int keys = setting.toJson().size() - 2;
    assertThat(DocumentDiff.unified("a", text, "b", after).stream().skip(2))
        .as(after)
        .filteredOn(line -> line.startsWith("+") || line.startsWith("-"))
        .hasSizeLessThanOrEqualTo(2 * keys);
    assertThat(after.contains("\r\n")).isEqualTo(text.contains("\r\n"));
  }

  private static JsonObject withoutNulls(JsonObject json) {
    JsonObject kept = new JsonObject();
    json.forEach(
        entry -> {
          Object value = entry.getValue();
          if (value instanceof JsonObject map) {
            kept.put(entry.getKey(), withoutNulls(map));
          } else if (value instanceof JsonArray list) {
            kept.put(
                entry.getKey(),
                new JsonArray(
                    list.stream()
                        .map(item -> item instanceof JsonObject map ? withoutNulls(map) : item)
                        .toList()));
          } else if (value != null) {
            kept.put(entry.getKey(), value);
          }
        });
    return kept;
  }

  @Property(tries = 200)
  void theDigestFollowsTheContent(
      @ForAll("withBackends") FairleadConfig config,
      @ForAll("settings") BackendSetting setting,
      @ForAll Random random) {
    Document json = document(JSON, config);
    Document yaml = document(YAML, config);
    assertThat(yaml.digest()).isEqualTo(json.digest());
    Target target = Target.in(config, random);
    String digest = json.with(target.pool(), target.backend(), setting).document().digest();
    assertThat(yaml.with(target.pool(), target.backend(), setting).document().digest())
        .isEqualTo(digest);
    boolean same = target.changed(config.pools(), setting).equals(config.pools());
    assertThat(digest.equals(json.digest())).isEqualTo(same);
  }

  @Property(tries = 200)
  void theOrderOfKeysDoesNotMatter(
      @ForAll("dynamicParts") FairleadConfig config, @ForAll Random random) {
    JsonObject json = ConfigJson.dynamicPart(config);
    JsonObject shuffled = (JsonObject) shuffled(json, random);
    assertThat(Document.of(YAML, shuffled.encodePrettily()).digest())
        .isEqualTo(Document.of(JSON, json.encode()).digest());
  }

  @Property(tries = 1000)
  void anyTextIsReadAsItWasWritten(@ForAll("texts") String text) {
    Place place = new Place(1);
    Tree scalar = new Tree.Scalar(place, Tree.ScalarKind.TEXT, text);
    Tree list =
        new Tree.Sequence(place, List.of(scalar, new Tree.Sequence(place, List.of(scalar))));
    Tree tree =
        new Tree.Mapping(
            place,
            Map.of(
                text,
                new Tree.KeyValue(place, list),
                text + "2",
                new Tree.KeyValue(place, scalar)));
    String yaml = TreeWriter.yaml(tree);
    assertThat(yaml).doesNotContain("\uFFFD");
    assertThat(TreeDigest.of(read(YAML, yaml))).as(yaml).isEqualTo(TreeDigest.of(tree));
    String json = TreeWriter.json(tree);
    assertThat(json).doesNotContain("\uFFFD");
    assertThat(TreeDigest.of(read(JSON, json))).as(json).isEqualTo(TreeDigest.of(tree));
  }

  private static Tree read(ConfigFormat format, String text) {
    Problems problems = new Problems();
    Tree tree = Document.of(format, text).tree(problems);
    assertThat(problems.inOrder("f")).as(text).isEmpty();
    return tree;
  }

  private static Document document(ConfigFormat format, FairleadConfig config) {
    return Document.of(format, ConfigJson.dynamicPart(config).encode());
  }

  private static Object shuffled(Object value, Random random) {
    if (value instanceof JsonArray array) {
      JsonArray items = new JsonArray();
      array.forEach(item -> items.add(shuffled(item, random)));
      return items;
    }
    if (!(value instanceof JsonObject object)) {
      return value;
    }
    List<String> keys = new ArrayList<>(object.fieldNames());
    Collections.shuffle(keys, random);
    Map<String, Object> entries = new LinkedHashMap<>();
    keys.forEach(key -> entries.put(key, shuffled(object.getValue(key), random)));
    return new JsonObject(entries);
  }

  /** A backend by its indexes. */
  record Target(int pool, int backend) {
    static Target in(FairleadConfig config, Random random) {
      List<Target> all = new ArrayList<>();
      for (int pool = 0; pool < config.pools().size(); pool++) {
        for (int i = 0; i < config.pools().get(pool).backends().size(); i++) {
          if (!config.pools().get(pool).backends().get(i).isReject()) {
            all.add(new Target(pool, i));
          }
        }
      }
      return all.get(random.nextInt(all.size()));
    }

    JsonObject in(JsonObject config) {
      JsonObject parent = config.getJsonArray("pools").getJsonObject(pool);
      return parent.getJsonArray("backends").getJsonObject(backend);
    }

    List<PoolConfig> changed(List<PoolConfig> pools, BackendSetting setting) {
      List<PoolConfig> changed = new ArrayList<>(pools);
      PoolConfig p = pools.get(pool);
      List<BackendConfig> backends = new ArrayList<>(p.backends());
      BackendConfig b = backends.get(backend);
      int weight = setting.weight() == null ? b.weight() : setting.weight();
      BackendConfig.State state = setting.state() == null ? b.state() : setting.state();
      int most = setting.maxConnections() == null ? b.maxConnections() : setting.maxConnections();
      backends.set(
          backend,
          new BackendConfig(b.host(), b.port(), b.unixPath(), weight, state, b.tier(), most));
      changed.set(pool, PoolSettings.withBackends(p, backends));
      return changed;
    }
  }

  @Provide
  Arbitrary<FairleadConfig> dynamicParts() {
    return ConfigArbitraries.dynamicParts();
  }

  @Provide
  Arbitrary<FairleadConfig> withBackends() {
    return ConfigArbitraries.dynamicParts()
        .filter(
            config ->
                config.pools().stream()
                    .flatMap(pool -> pool.backends().stream())
                    .anyMatch(backend -> !backend.isReject()));
  }

  @Provide
  Arbitrary<BackendSetting> settings() {
    return ConfigArbitraries.settings();
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(20);
    Arbitrary<String> usual = Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(200);
    Arbitrary<String> tricky =
        Arbitraries.strings()
            .withChars("-?:,[]{}#&*!|>'\"%@`= \n\r\t\\~.0123456789eExon\u0085\u2028\uFEFF\uFFFDä")
            .ofMaxLength(12);
    Arbitrary<String> words =
        Arbitraries.of(
            "true", "null", "~", "", "0x1F", "0o7", "1e3", ".inf", ".nan", "off", "---", "...",
            "<<");
    return Arbitraries.oneOf(any, usual, tricky, words).filter(t -> !HALF_A_PAIR.matcher(t).find());
  }
}
