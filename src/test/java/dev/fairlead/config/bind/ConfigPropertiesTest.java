package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Ensures that no text makes the loader throw, and that what ConfigJson writes loads as the same.
 * Provoked by random texts, by damaged valid files and by random configurations. A failure would
 * look like an exception out of {@code load}, or like two dynamic parts that differ.
 */
class ConfigPropertiesTest {
  private static final String YAML =
      """
      node: { name: m, admin: { port: 0 }, accessLog: { to: off } }
      listeners:
        - name: web
          bind: "[::]:80"
          pool: ${POOL:web}
      pools:
        - &p
          name: web
          backends: [{ host: a, port: 1, weight: 3 }, { unix: /x, state: disabled }]
          health: { type: none }
          timeouts: { idle: 5s, jitter: 10% }
          replies: { noBackend: "a\\tb $${X}" }
      """;

  private static final String JSON =
      """
      {"listeners": [{"name": "web", "bind": "unix:a", "pool": "web", "tls": null}],
       "pools": [{"name": "web", "backends": [{"host": "::1", "port": 65535, "weight": 0}],
       "connect": {"timeout": "5s", "source": ["10.0.0.1"]}, "outlier": false}]}
      """;

  private static final String TOML =
      """
      host = "0.0.0.0" # any
      port = 0x1F90
      [node.shutdown]
      grace = '5s'
      [[backends]]
      host = "a"
      port = 1
      [[backends]]
      unix = \"\"\"x\"\"\"
      """;

  private final Loading loading = Loading.plain();

  @Property(tries = 500)
  void noTextMakesTheLoaderThrow(@ForAll ConfigFormat format, @ForAll("texts") String text) {
    resultIsOneOrTheOther(loading.load(format, text));
  }

  @Property(tries = 1000)
  void noDamageMakesTheLoaderThrow(@ForAll ConfigFormat format, @ForAll("damages") Damage damage) {
    resultIsOneOrTheOther(loading.load(format, damage.to(valid(format))));
  }

  @Property(tries = 500)
  void noOverrideMakesTheLoaderThrow(@ForAll("settings") String setting) {
    resultIsOneOrTheOther(Loading.with(setting).yaml(YAML));
  }

  @Property(tries = 300)
  void whatIsWrittenAsJsonLoadsAsTheSame(@ForAll("dynamicParts") FairleadConfig config) {
    String json = ConfigJson.dynamicPart(config).encode();
    FairleadConfig loaded = loading.config(ConfigFormat.JSON, json);
    assertThat(loaded.listeners()).isEqualTo(config.listeners());
    assertThat(loaded.pools()).isEqualTo(config.pools());
    assertThat(loading.config(ConfigFormat.YAML, json).pools()).isEqualTo(config.pools());
  }

  private static void resultIsOneOrTheOther(LoadResult result) {
    if (result.problems().isEmpty()) {
      assertThat(result.config()).isNotNull();
    } else {
      assertThatThrownBy(result::config).isInstanceOf(NullPointerException.class);
    }
    assertThat(result.problems()).allMatch(problem -> problem.toString().lines().count() == 1);
  }

  private static String valid(ConfigFormat format) {
    return switch (format) {
      case YAML -> YAML;
      case JSON -> JSON;
      case TOML -> TOML;
    };
  }

  /** Replaces {@code length} characters at a place by others. */
  record Damage(int at, int length, String replacement) {
    String to(String text) {
      int from = at % text.length();
      int end = Math.min(text.length(), from + length);
      return text.substring(0, from) + replacement + text.substring(end);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> anything = Arbitraries.strings().ofMaxLength(200);
    Arbitrary<String> syntax =
        Arbitraries.strings().withChars("{}[]:,-?&*!|>'\"#%@`\\ \n\t=.$~abn01").ofMaxLength(60);
    return Arbitraries.oneOf(anything, syntax);
  }

  @Provide
  Arbitrary<Damage> damages() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "",
            "null",
            "-1",
            "[]",
            "{}",
            "{",
            "]",
            "\"",
            "'",
            ":",
            "\n",
            "\n\n  ",
            " ",
            "*p",
            "<<",
            "---\n",
            "${",
            "${X}",
            "${X:1}",
            "true",
            "1e9",
            "99999999999999999999",
            "\u0000",
            "=",
            "[[pools]]",
            "x: &a [*a]",
            "\uFFFD",
            "\t",
            "# ",
            "!!str ");
    Arbitrary<String> any = Arbitraries.oneOf(pieces, Arbitraries.strings().ofMaxLength(5));
    return Combinators.combine(
            Arbitraries.integers().between(0, 1000), Arbitraries.integers().between(0, 20), any)
        .as(Damage::new);
  }

  @Provide
  Arbitrary<String> settings() {
    Arbitrary<String> keys =
        Arbitraries.of(
            "node",
            "pools",
            "pools[0]",
            "pools[1]",
            "pools[0].backends[2].host",
            "node.admin",
            "cluster",
            "listeners[0].limits.queue",
            "pools[9999999]",
            "pools[99999999999]",
            "a");
    return Arbitraries.oneOf(
        texts(), Combinators.combine(keys, texts()).as((key, value) -> key + "=" + value));
  }

  @Provide
  Arbitrary<FairleadConfig> dynamicParts() {
    return ConfigArbitraries.dynamicParts();
  }
}
