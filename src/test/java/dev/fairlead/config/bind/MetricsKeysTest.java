package dev.fairlead.config.bind;

import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.MetricsConfig;
import dev.fairlead.config.NodeConfig.MetricsConfig.OtlpTarget;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsKeysTest {
  private static final String DYNAMIC = "listeners: []\npools: []\n";

  private final Loading loading = Loading.plain();

  private MetricsConfig metrics(String lines) {
    return loading.config("node:\n  metrics: " + lines + "\n" + DYNAMIC).node().metrics();
  }

  @Test
  void withoutThemNothingIsSent() {
    assertThat(metrics("{}")).isEqualTo(new MetricsConfig(500, null));
    assertThat(metrics("{ otlp: null }")).isEqualTo(MetricsConfig.DEFAULT);
  }

  @Test
  void aUrlIsEnough() {
    assertThat(metrics("{ otlp: { url: \"https://otel.example/v1/metrics\" } }").otlp())
        .isEqualTo(
            new OtlpTarget("https://otel.example/v1/metrics", Duration.ofMinutes(1), Map.of()));
  }

  @Test
  void headersAreNotShown() {
    OtlpTarget target =
        metrics("{ otlp: { url: \"http://a:1/\", headers: { Authorization: secret } } }").otlp();
    assertThat(target.headers()).containsEntry("Authorization", "secret");
    assertThat(target.toString()).doesNotContain("secret");
  }

  @Test
  void whatIsWrongIsRefused() {
    assertThat(
            loading.problems(
                YAML,
                """
                node:
                  metrics:
                    backends: -1
                    otlp:
                      url: "10.0.0.1:4318"
                      interval: 0s
                      headers: { "a b": c, d: [] }
                listeners: []
                pools: []
                """))
        .containsExactly(
            "f.yaml:3: node.metrics.backends: -1 (expected: 0 to 100000)",
            "f.yaml:5: node.metrics.otlp.url: 10.0.0.1:4318 (expected: an http or https URL such"
                + " as http://127.0.0.1:4318/v1/metrics)",
            "f.yaml:6: node.metrics.otlp.interval: 0s (expected: a duration above zero such as"
                + " 500ms, 30s, 15m, 1h or 7d, at most 36500d)",
            "f.yaml:7: node.metrics.otlp.headers.d: [] (expected: a text of printable ASCII"
                + " characters)",
            "f.yaml:7: node.metrics.otlp.headers: a b (expected: names of HTTP headers)");
  }

  @Test
  void aReceiverNeedsAUrl() {
    assertThat(
            loading.problems(
                YAML, "node: { metrics: { otlp: {}, sent: 1 } }\nlisteners: []\npools: []\n"))
        .containsExactly(
            "f.yaml:1: node.metrics.otlp.url: missing (expected: an http or https URL such as"
                + " http://127.0.0.1:4318/v1/metrics)",
            "f.yaml:1: node.metrics.sent: unknown key (expected: one of backends, otlp)");
  }
}
