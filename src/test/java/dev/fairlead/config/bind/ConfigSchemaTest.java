package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that the schema in the jar is that of the keys, refuses nothing that loads, and finds
 * what an editor can find. Provoked by a validator of JSON Schema 2020-12 on every example, on
 * random configurations, and on refused ones. A failure names the file, or the key; {@code
 * -Dfairlead.golden=write} writes the schema anew.
 */
final class ConfigSchemaTest {
  private static final Path FILE = Path.of("src/main/resources/fairlead.schema.json");
  private static final String WEB =
      "listeners: [{ name: a, bind: '0.0.0.0:80', pool: a }]\npools:\n  - name: a\n    ";

  /**
   * Escapes other than of one character and of d, w and s; possessive quantifiers; groups other
   * than plain ones and those that look ahead; sets of sets.
   */
  private static final Pattern ONE_DIALECT =
      Pattern.compile("\\\\(?!x[0-9a-f]{2}|[dwsDWS]|[^A-Za-z0-9])|[*+?}]\\+|\\(\\?(?![:=!])|&&");

  static Stream<Path> confFiles() {
    return ExampleConfigsTest.confFiles();
  }

  static Stream<ConfigText> documentedConfigurations() {
    return ExampleConfigsTest.documentedConfigurations();
  }

  @Test
  void theSchemaIsMadeOfTheKeys() throws IOException {
    String made = SchemaOfKeys.make().encodePrettily() + "\n";
    if ("write".equals(System.getProperty("fairlead.golden"))) {
      Files.writeString(FILE, made);
    }
    assertThat(made).isEqualTo(Files.readString(FILE));
  }

  /** Keys of a map that one row describes are described by it. */
  @Test
  void everyKeyIsDescribedAndEveryDescribedKeyIsThere() throws IOException {
    Set<String> keys = new TreeSet<>();
    addKeys(keys, schema(), "");
    Set<String> described = KeyDescriptions.read().keySet();
    assertThat(described).allMatch(each -> keys.contains(each), "is a key");
    assertThat(keys)
        .filteredOn(each -> each.contains(".") && !each.startsWith("backends[]"))
        .allMatch(
            each ->
                described.contains(each)
                    || described.contains(each.replaceFirst("(\\[])?\\.\\w+$", ""))
                    || described.stream().anyMatch(one -> one.startsWith(each + "."))
                    || described.contains(each.replaceFirst("\\.\\w+\\.\\w+$", "")),
            "is in docs/configuration.md");
  }

  private static void addKeys(Set<String> keys, JsonObject schema, String path) {
    String inside = path;
    if (schema.containsKey("items")) {
      addKeys(keys, schema.getJsonObject("items"), path + "[]");
    }
    JsonArray any = schema.getJsonArray("anyOf", new JsonArray());
    any.forEach(each -> addKeys(keys, (JsonObject) each, inside));
    JsonObject properties = schema.getJsonObject("properties", new JsonObject());
    for (String key : properties.fieldNames()) {
      String full = path.isEmpty() ? key : path + "." + key;
      keys.add(full);
      addKeys(keys, properties.getJsonObject(key), full);
    }
  }

  /** ECMA-262 without its flag u, and re of Python; both would fail, or read it otherwise. */
  @Test
  void everyPatternIsReadAlikeByAllValidators() throws IOException {
    List<String> patterns =
        Pattern.compile("\"pattern\" : \"(.*)\"")
            .matcher(Files.readString(FILE))
            .results()
            .map(found -> new JsonArray("[\"" + found.group(1) + "\"]").getString(0))
            .distinct()
            .toList();
    assertThat(patterns).hasSizeGreaterThan(5).noneMatch(each -> ONE_DIALECT.matcher(each).find());
    assertThat(List.of("\\p{C}", "\\h", "a++", "(?<a>b)", "\\Qa", "[a&&[b]]", "\\x{1f}", "(?i)a"))
        .allMatch(each -> ONE_DIALECT.matcher(each).find());
  }

  @ParameterizedTest
  @MethodSource("confFiles")
  void everyExampleIsValid(Path file) throws IOException {
    assertThat(errors(ConfigText.read(file))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("documentedConfigurations")
  void everyDocumentedConfigurationIsValid(ConfigText text) {
    assertThat(errors(text)).isEmpty();
  }

  @Property(tries = 200)
  void whatLoadsIsValid(@ForAll("dynamicParts") FairleadConfig config) {
    assertThat(errors(ConfigJson.dynamicPart(config))).isEmpty();
  }

  @Provide
  Arbitrary<FairleadConfig> dynamicParts() {
    return ConfigArbitraries.dynamicParts();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node: { nam: a }",
        "node: { logLevel: loud }",
        "node: { admin: { port: 70000 } }",
        "node: { splice: 1 }",
        "node: { shutdown: { grace: 30 } }",
        "cluster: { enabled: maybe }",
        "cluster: { discovery: { multicast: false } }",
        "cluster: { tls: { certificate: a, key: b } }",
        "listeners: {}",
        "listeners: [{ name: a, pool: a }]",
        "listeners: [{ name: 'a b', bind: '0.0.0.0:80', pool: a }]",
        "listeners: [{ name: a, bind: '0.0.0.0:80', pool: a, backlog: 0 }]",
        "listeners: [{ name: a, bind: '0.0.0.0:80', pool: a, tls: { mode: end } }]",
        "listeners: [{ name: a, bind: '0.0.0.0:80', routes: [{ sni: [a] }] }]",
        "listeners: [{ name: a, bind: { unix: /a, mode: 660 }, pool: a }]",
        WEB + "balance: first",
        WEB + "backends: [{ host: b, port: 0 }]",
        WEB + "backends: [{ host: b, port: 80, weight: 1001 }]",
        WEB + "backends: [{ host: b, port: '80' }]",
        WEB + "timeouts: { idle: 0 }",
        WEB + "timeouts: { jitter: 10 }",
        WEB + "connect: { timeout: 0s }",
        WEB + "outlier: on",
        WEB + "proxyProtocol: v3",
        WEB + "slowStart: 1 s",
        WEB + "health: { type: http, http: { path: health } }",
        "{ host: 0.0.0.0, port: 80 }",
        "{ host: 0.0.0.0, port: 80, backends: [], pools: [] }",
      })
  void isRefusedByTheSchemaToo(String yaml) {
    assertThat(Loading.plain().problems(yaml)).isNotEmpty();
    assertThat(errors(text(yaml))).isNotEmpty();
  }

  /** Only the loader finds these: rules of several keys, addresses, and what is not in the text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "listeners: [{ name: a, bind: '0.0.0.0:80', pool: nowhere }]", // a name that is not there
        WEB + "backends: []\n  - name: a", // a name twice
        WEB + "backends: [{ host: b, port: 80 }, { host: b, port: 80 }]", // an address twice
        WEB + "backends: [{ host: b }]", // host without port
        WEB + "backends: [{ unix: /a, host: b, port: 80 }]", // one of two forms
        WEB + "backends: [{ host: '-', port: 80 }]", // the form of an address
        WEB + "limits: { queue: { size: 1 } }", // nobody waits
        WEB + "health: { type: expect }", // receive is required then
        WEB + "discovery: { srv: _a._tcp.b, port: 80 }", // not together
        WEB + "tls: { verify: false, ca: a.pem }", // not together
        WEB + "slowStart: 99999d", // longer than is possible
        WEB + "backends: [{ host: '${NOT_SET}', port: 80 }]", // a variable that is not set
        "node: { admin: { host: 0.0.0.0 } }", // demands a tokenFile
        "cluster: { enabled: true }", // demands discovery
        "listeners: [{ name: a, bind: 'here:80', pool: a }]\npools: [{ name: a }]", // no host name
        "listeners: [{ name: a, bind: '0.0.0.0:80', pool: a, allow: [10.0.0.1/8] }]\n"
            + "pools: [{ name: a }]", // bits after the prefix
        "listeners: [{ name: a, bind: '0.0.0.0:80', pool: a, tls: {} }]\n"
            + "pools: [{ name: a }]", // certificates, or passthrough
      })
  void isBeyondTheSchema(String yaml) {
    assertThat(Loading.plain().problems(yaml)).isNotEmpty();
    assertThat(errors(text(yaml))).isEmpty();
  }

  private static ConfigText text(String yaml) {
    return new ConfigText("f.yaml", ConfigFormat.YAML, yaml, Path.of("/"));
  }

  private static List<String> errors(ConfigText text) {
    return errors(json(Objects.requireNonNull(text.document().tree(new Problems()))));
  }

  private static List<String> errors(@Nullable Object json) {
    OutputUnit output =
        Validator.create(
                JsonSchema.of(schema()),
                new JsonSchemaOptions()
                    .setDraft(Draft.DRAFT202012)
                    .setBaseUri("urn:fairlead")
                    .setOutputFormat(OutputFormat.Basic))
            .validate(json);
    return Boolean.TRUE.equals(output.getValid())
        ? List.of()
        : output.getErrors() == null
            ? List.of("invalid")
            : Stream.ofNullable(output.getErrors())
                .flatMap(List::stream)
                .map(each -> each.getInstanceLocation() + " " + each.getError())
                .toList();
  }

  private static JsonObject schema() {
    try {
      return new JsonObject(Files.readString(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable Object json(Tree tree) {
    if (tree instanceof Tree.Mapping map) {
      JsonObject json = new JsonObject();
      map.entries().forEach((key, entry) -> json.put(key, json(entry.value())));
      return json;
    }
    if (tree instanceof Tree.Sequence list) {
      List<@Nullable Object> items = new ArrayList<>();
      list.items().forEach(item -> items.add(json(item)));
      return new JsonArray(items);
    }
    Tree.Scalar scalar = (Tree.Scalar) tree;
    return switch (scalar.kind()) {
      case NULL -> null;
      case BOOLEAN -> scalar.asBoolean().orElseThrow();
      case INTEGER -> scalar.asInteger().orElseThrow().intValueExact();
      default -> scalar.text();
    };
  }
}
