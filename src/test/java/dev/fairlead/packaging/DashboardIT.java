package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestCa;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the Grafana dashboard asks for what there is. Provoked by a member that runs, whose
 * metrics are compared with every query. A failure would look like a panel without data.
 */
class DashboardIT {
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:fairlead|jvm|process|system)_[a-z0-9_]+");
  private static final Pattern SAMPLE = Pattern.compile("^([a-z0-9_]+)(?:\\{(.*)})? .*");
  private static final Pattern LABEL = Pattern.compile("([a-z]+)=");
  private static final Pattern GROUPED = Pattern.compile("\\b(?:by|on) \\(([a-z, ]+)\\)");
  private static final Pattern LEGEND = Pattern.compile("\\{\\{([a-z]+)}}");

  private static final Pattern CHOSEN = Pattern.compile("\\b([a-z]+)=~?\"\\$");

  /** Prometheus says itself whom it has asked. */
  private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

  private static final String CONFIGURATION =
      """
      listeners:
        - name: web
          bind: "127.0.0.1:0"
          pool: web
          tls: { mode: terminate, certificates: [{ cert: web.pem }] }
          limits: { connections: 10, queue: { size: 1 } }
      pools: [{ name: web, backends: [{ host: 127.0.0.1, port: 9 }] }]
      """;

  @TempDir private Path directory;

  private final JsonObject dashboard;

  DashboardIT() throws IOException {
    dashboard = new JsonObject(Files.readString(Path.of("conf/grafana/fairlead.json")));
  }

  private Stream<JsonObject> panels() {
    return dashboard.getJsonArray("panels").stream()
        .map(JsonObject.class::cast)
        .filter(panel -> !panel.getString("type").equals("row"));
  }

  private static Stream<JsonObject> targets(JsonObject panel) {
    return panel.getJsonArray("targets").stream().map(JsonObject.class::cast);
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    for (MatchResult match : pattern.matcher(text).results().toList()) {
      String group = match.groupCount() == 0 ? match.group() : match.group(1);
      found.addAll(List.of(group.split(", ")));
    }
    return found;
  }

  /** The labels of each metric that a member shows. */
  private Map<String, Set<String>> shown() throws IOException {
    TestCa ca = TestCa.root("Test CA");
    Files.writeString(directory.resolve("web.pem"), ca.issue("web", "dns:web.example").pem());
    Path file = Files.writeString(directory.resolve("fairlead.yaml"), CONFIGURATION);
    Map<String, Set<String>> shown = new TreeMap<>();
    // With so little memory its answers soon make it collect garbage, which it shows then.
    try (FairleadProcess member = Launch.run(file).withJvm("-Xmx64m").startReady(directory)) {
      String metrics =
          await()
              .pollInterval(Duration.ofMillis(10))
              .until(() -> member.get("/metrics").body(), body -> body.contains("\njvm_gc_pause"));
      for (String line : metrics.lines().toList()) {
        SAMPLE
            .matcher(line)
            .results()
            .forEach(
                sample ->
                    shown
                        .computeIfAbsent(sample.group(1), name -> new TreeSet<>())
                        .addAll(found(LABEL, String.valueOf(sample.group(2)))));
      }
    }
    return shown;
  }

  @Test
  void everyQueryAsksForMetricsAndLabelsThatAreShown() throws IOException {
    Map<String, Set<String>> shown = shown();
    assertThat(panels()).hasSizeGreaterThanOrEqualTo(13);
    panels()
        .flatMap(DashboardIT::targets)
        .forEach(
            target -> {
              String query = target.getString("expr");
              Set<String> metrics = found(METRIC, query);
              assertThat(metrics).as(query).isNotEmpty();
              assertThat(shown.keySet()).as(query).containsAll(metrics);
              Set<String> labels = new TreeSet<>(found(GROUPED, query));
              labels.addAll(found(LEGEND, target.getString("legendFormat")));
              labels.addAll(found(CHOSEN, query));
              labels.removeAll(OF_PROMETHEUS);
              metrics.forEach(
                  name -> assertThat(shown.get(name)).as(query).containsAll(labelsOf(name, query)));
              assertThat(metrics.stream().flatMap(name -> shown.get(name).stream()))
                  .as(query)
                  .containsAll(labels);
            });
  }

  /** Those by which a query chooses series of one metric. */
  private static Set<String> labelsOf(String metric, String query) {
    Set<String> labels = new TreeSet<>();
    Pattern.compile("\\b" + metric + "\\{([^}]*)}")
        .matcher(query)
        .results()
        .forEach(series -> labels.addAll(found(CHOSEN, series.group(1))));
    labels.removeAll(OF_PROMETHEUS);
    return labels;
  }

  @Test
  void everyPanelSaysWhatItShowsInWhichUnit() {
    assertThat(panels())
        .allMatch(panel -> !panel.getString("description").isBlank())
        .allMatch(
            panel ->
                !panel
                    .getJsonObject("fieldConfig")
                    .getJsonObject("defaults")
                    .getString("unit")
                    .isBlank());
  }

  @Test
  void everyVariableIsUsedAndEveryQueryIsOfOneCluster() {
    List<JsonObject> variables =
        dashboard.getJsonObject("templating").getJsonArray("list").stream()
            .map(JsonObject.class::cast)
            .toList();
    assertThat(variables)
        .extracting(variable -> variable.getString("name"))
        .containsExactly("datasource", "cluster", "member", "listener", "pool", "backend");
    List<String> queries =
        panels().flatMap(DashboardIT::targets).map(target -> target.getString("expr")).toList();
    assertThat(queries).allMatch(query -> query.contains("job=\"$cluster\""));
    for (JsonObject variable : variables.subList(2, variables.size())) {
      assertThat(variable.getBoolean("multi")).isTrue();
      assertThat(variable.getBoolean("includeAll")).isTrue();
      assertThat(queries).anyMatch(query -> query.contains("=~\"$" + variable.getString("name")));
    }
  }

  @Test
  void everyPanelHasATitleAndItsOwnPlace() {
    assertThat(panels()).allMatch(panel -> !panel.getString("title").isBlank());
    List<JsonObject> all =
        dashboard.getJsonArray("panels").stream().map(JsonObject.class::cast).toList();
    assertThat(all).extracting(panel -> panel.getInteger("id")).doesNotHaveDuplicates();
    assertThat(all).extracting(panel -> panel.getJsonObject("gridPos")).doesNotHaveDuplicates();
  }
}
