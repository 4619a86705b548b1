package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that every alert is complete, is explained, and fires after its time and not before.
 * Provoked by reading the rules and by Prometheus' own tool with samples for each alert. A failure
 * would look like an alert that nobody can act on, or that asks for a metric there is not.
 */
class AlertRulesTest {
  private static final Path RULES = Path.of("conf/prometheus/alerts.yaml");
  private static final Path TESTS = Path.of("src/test/resources/prometheus/alerts_test.yaml");
  private static final Path OF_KUBERNETES =
      Path.of("k8s/components/service-monitor/prometheus-rule.yaml");
  private static final Pattern HEADING = Pattern.compile("(?m)^## (Fairlead\\w+)$");
  private static final Pattern METRIC = Pattern.compile("\\bfairlead_[a-z0-9_]+");
  private static final Pattern LISTED = Pattern.compile("(?m)^\\| `(fairlead_[a-z0-9_]+)` \\|");
  private static final Pattern ANNOTATIONS =
      Pattern.compile("(?m)^        annotations:\\n(?:          .*\\n)+");

  private static List<Map<String, Object>> alerts;
  private static String runbook;

  @TempDir private Path directory;

  @BeforeAll
  static void read() throws IOException {
    Map<String, Object> group = YamlFile.maps(YamlFile.read(RULES).root(), "groups").get(0);
    alerts = YamlFile.maps(group, "rules");
    runbook = Files.readString(Path.of("docs/runbook.md"));
  }

  private static Stream<String> names() {
    return alerts.stream().map(alert -> String.valueOf(alert.get("alert")));
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    for (MatchResult match : pattern.matcher(text).results().toList()) {
      found.add(match.group(match.groupCount()));
    }
    return found;
  }

  @Test
  void everyAlertSaysHowBadItIsAndWhereItIsExplained() {
    assertThat(alerts).hasSizeGreaterThanOrEqualTo(18);
    for (Map<String, Object> alert : alerts) {
      String name = String.valueOf(alert.get("alert"));
      assertThat(YamlFile.map(alert, "labels").get("severity")).isIn("critical", "warning");
      Map<String, Object> said = YamlFile.map(alert, "annotations");
      assertThat(said).as(name).containsOnlyKeys("summary", "description", "runbook_url");
      assertThat(said.get("runbook_url")).isEqualTo("runbook.md#" + name.toLowerCase(Locale.ROOT));
    }
    assertThat(names()).doesNotHaveDuplicates();
  }

  @Test
  void theRunbookExplainsEveryAlertAndNoOther() {
    assertThat(found(HEADING, runbook)).containsExactlyInAnyOrderElementsOf(names().toList());
    for (String section : runbook.split("(?m)^## ", -1)) {
      if (section.startsWith("Fairlead")) {
        assertThat(section)
            .containsPattern("(?m)^(Critical|Warning)\\. ")
            .containsPattern("Look at")
            .containsPattern("(?m)^Do: |^Look at and do: ");
      }
    }
  }

  @Test
  void everyRuleAsksForMetricsThatAreDocumented() throws IOException {
    Set<String> listed = found(LISTED, Files.readString(Path.of("docs/metrics.md")));
    alerts.forEach(
        alert -> assertThat(listed).containsAll(found(METRIC, String.valueOf(alert.get("expr")))));
  }

  @Test
  void everyAlertHasSamples() throws IOException {
    List<String> tested =
        YamlFile.maps(YamlFile.read(TESTS).root(), "tests").stream()
            .map(test -> String.valueOf(test.get("name")))
            .toList();
    assertThat(tested).containsExactlyInAnyOrderElementsOf(names().toList());
  }

  @Test
  void theOperatorGetsTheSameRules() throws IOException {
    Map<String, Object> rule = YamlFile.read(OF_KUBERNETES).root();
    assertThat(rule).containsEntry("kind", "PrometheusRule");
    assertThat(YamlFile.map(rule, "spec")).isEqualTo(YamlFile.read(RULES).root());
  }

  @Test
  void prometheusAcceptsThemAndTheyFireInTime() throws IOException {
    Program.assumeInstalled("promtool");
    Path rules = Files.copy(RULES, directory.resolve("alerts.yaml"));
    Program.Answer check = Program.run(directory, "promtool", "check", "rules", "alerts.yaml");
    assertThat(check.exitCode()).as(check.output()).isZero();
    // Samples are for labels and times; that texts have values is seen with a real Prometheus.
    Files.writeString(rules, ANNOTATIONS.matcher(Files.readString(RULES)).replaceAll(""));
    Files.copy(TESTS, directory.resolve("alerts_test.yaml"));
    Program.Answer test = Program.run(directory, "promtool", "test", "rules", "alerts_test.yaml");
    assertThat(test.exitCode()).as(test.output()).isZero();
  }
}
