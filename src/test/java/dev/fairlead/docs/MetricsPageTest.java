package dev.fairlead.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that docs/metrics.md lists each metric with its type and labels, and no other. Provoked
 * by the answer of a member that uses everything. A failure names the metrics to correct.
 */
class MetricsPageTest {
  private static final Path PAGE = Path.of("docs/metrics.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(fairlead_\\w+)` \\| (\\w+) \\|([^|]*)\\| ([^|\\n]+) \\|$");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (fairlead_\\w+) (\\w+)$");
  private static final Pattern HELP = Pattern.compile("(?m)^# HELP (fairlead_\\w+) (\\S.*)$");
  private static final Pattern LABEL = Pattern.compile("[{,]([a-z]+)=\"");
  private static final Pattern WORD = Pattern.compile("`([a-z]+)`");

  @TempDir private Path directory;
  private String scrape;

  @BeforeEach
  void startAndAsk() throws IOException, InterruptedException {
    Path pem = directory.resolve("web.pem");
    Files.writeString(pem, TestCa.root("Test CA").issue("web", "dns:web.example").pem());
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(TransportKind.NIO).start(document(pem, backend))) {
      scrape = member.http("GET", "/metrics").body();
    }
  }

  private static String document(Path pem, TestBackend backend) {
    return """
    listeners:
      - name: web
        bind: 127.0.0.1:0
        pool: web
        limits: { connections: 10, queue: { size: 1 } }
        tls: { mode: terminate, certificates: [{ cert: "%s" }] }
    pools: [{ name: web, backends: [{ %s }] }]
    """
        .formatted(pem, backend.keys());
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    pattern.matcher(text).results().forEach(match -> found.add(match.group(1)));
    return found;
  }

  /** Type and labels by name, as the member shows them. */
  private Map<String, String> shown() {
    Map<String, String> shown = new TreeMap<>();
    Matcher type = TYPE.matcher(scrape);
    while (type.find()) {
      Set<String> labels = new TreeSet<>();
      Arrays.stream(scrape.split("\n", -1))
          .filter(line -> line.startsWith(type.group(1)))
          .filter(line -> isSampleOf(type.group(1), line))
          .forEach(line -> labels.addAll(found(LABEL, line)));
      labels.remove("le");
      shown.put(type.group(1), type.group(2) + " " + labels);
    }
    return shown;
  }

  private static boolean isSampleOf(String name, String line) {
    String rest = line.substring(name.length());
    return rest.startsWith("{") || rest.startsWith(" ") || rest.startsWith("_bucket");
  }

  @Test
  void thePageListsEachMetricWithItsTypeAndLabels() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      listed.put(row.group(1), row.group(2) + " " + found(WORD, row.group(3)));
    }
    Map<String, String> shown = shown();
    // Shows its labels by _sum and _count only.
    shown.replace("fairlead_tls_handshake_seconds", "summary [listener]");
    // Micrometer adds it to every histogram: the largest of the last minutes.
    shown.remove("fairlead_backend_connect_seconds_max");
    assertThat(shown).isEqualTo(listed);
  }

  @Test
  void everyMetricSaysWhatItIs() {
    assertThat(found(HELP, scrape)).isEqualTo(found(TYPE, scrape));
  }

  /** By the rules of Prometheus: base units, and _total for counters alone. */
  @Test
  void namesFollowTheConventions() {
    shown()
        .forEach(
            (name, type) ->
                assertThat(name)
                    .matches("[a-z]+(_[a-z]+)+")
                    .doesNotContainPattern("_(ms|millis|minutes|kb|mb|count|percent)(_|$)")
                    .satisfies(
                        each ->
                            assertThat(each.endsWith("_total"))
                                .isEqualTo(type.startsWith("counter"))));
  }
}
