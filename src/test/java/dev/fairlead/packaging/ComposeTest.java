package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ClusterConfig.MemberDiscovery;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.NodeConfig.ShutdownConfig;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.member.FairleadVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that docker-compose.yml, the configuration of its members and that of Prometheus and
 * Grafana fit each other. Provoked by reading them all. A failure would look like a member that no
 * other finds, a port without a listener, or a missing file.
 */
class ComposeTest {
  private static final Path CONFIGURATION = Path.of("conf/compose/member/fairlead.yaml");

  /** What a member needs after its grace, to leave the cluster. */
  private static final Duration LEAVING = Duration.ofSeconds(10);

  private final Map<String, Map<String, Object>> services = new TreeMap<>();
  private FairleadConfig config;

  @BeforeEach
  void read() throws IOException {
    Map<String, Object> all =
        YamlFile.map(YamlFile.read(Path.of("docker-compose.yml")).root(), "services");
    all.keySet().forEach(name -> services.put(name, YamlFile.map(all, name)));
    LoadResult result = new ConfigLoader(Map.of(), List.of()).load(ConfigText.read(CONFIGURATION));
    assertThat(result.problems()).isEmpty();
    config = result.config();
  }

  private Map<String, Map<String, Object>> members() {
    Map<String, Map<String, Object>> members = new TreeMap<>(services);
    members.values().removeIf(service -> !image(service).startsWith("fairlead:"));
    assertThat(members).hasSize(3);
    return members;
  }

  private static String image(Map<String, Object> service) {
    return String.valueOf(service.get("image"));
  }

  @Test
  void everyMemberIsFoundByItsName() {
    members().forEach((name, member) -> assertThat(member).containsEntry("hostname", name));
    List<String> wanted =
        members().keySet().stream().map(name -> name + ":" + config.cluster().port()).toList();
    assertThat(config.cluster().enabled()).isTrue();
    assertThat(config.cluster().discovery()).isEqualTo(new MemberDiscovery.Members(wanted));
  }

  @Test
  void everyMemberHasThePortsOfItsConfiguration() {
    List<String> wanted =
        List.of(
            String.valueOf(config.listeners().get(0).bind().port()),
            String.valueOf(config.node().admin().port()));
    members()
        .values()
        .forEach(
            member ->
                assertThat(YamlFile.texts(member, "ports"))
                    .extracting(port -> port.substring(port.lastIndexOf(':') + 1))
                    .isEqualTo(wanted));
  }

  @Test
  void nothingIsPublishedTwiceOrToOtherMachines() {
    List<String> published =
        services.values().stream()
            .flatMap(service -> YamlFile.texts(service, "ports").stream())
            .map(port -> port.substring(0, port.lastIndexOf(':')))
            .toList();
    assertThat(published).hasSize(8).doesNotHaveDuplicates();
    assertThat(published).allMatch(port -> port.startsWith("127.0.0.1:"));
  }

  @Test
  void everyBackendIsAService() {
    assertThat(config.pools().get(0).backends())
        .hasSize(3)
        .allSatisfy(backend -> assertThat(services).containsKey(backend.host()));
  }

  @Test
  void everyMountedFileIsThere() {
    List<String> mounted =
        services.values().stream()
            .flatMap(service -> YamlFile.texts(service, "volumes").stream())
            .toList();
    assertThat(mounted)
        .hasSizeGreaterThan(members().size())
        .allMatch(volume -> volume.endsWith(":ro"))
        .allMatch(volume -> Files.exists(Path.of(volume.substring(0, volume.indexOf(':')))));
    assertThat(config.node().admin().tokenFile()).isReadable();
  }

  @Test
  void everyMemberIsHeldToItsLimits() {
    members().values().forEach(ComposeTest::assertLimits);
    ShutdownConfig shutdown = config.node().shutdown();
    Duration needed = shutdown.delay().plus(shutdown.grace()).plus(LEAVING);
    members()
        .values()
        .forEach(
            member ->
                assertThat(Duration.parse("PT" + member.get("stop_grace_period")))
                    .isGreaterThan(needed));
  }

  private static void assertLimits(Map<String, Object> member) {
    assertThat(member)
        .containsEntry("mem_limit", "256m")
        .containsEntry("cpus", 2)
        .containsEntry("read_only", true)
        .containsKeys("healthcheck", "build");
    assertThat(YamlFile.map(member, "ulimits")).containsKey("nofile");
    // Docker mounts noexec unless told, and then Netty's native libraries can't be loaded.
    assertThat(YamlFile.texts(member, "tmpfs")).anyMatch(mount -> mount.startsWith("/tmp:exec"));
  }

  @Test
  void everyImageHasAFixedVersion() {
    assertThat(services.values())
        .extracting(ComposeTest::image)
        .allMatch(image -> image.matches("[a-z/]+:v?\\d+\\.\\d+\\.\\d+"));
    members()
        .values()
        .forEach(member -> assertThat(image(member)).endsWith(":" + FairleadVersion.get()));
  }

  @Test
  void prometheusAsksEveryMember() throws IOException {
    Map<String, Object> prometheus = YamlFile.read(Path.of("conf/compose/prometheus.yml")).root();
    Map<String, Object> job = YamlFile.maps(prometheus, "scrape_configs").get(0);
    List<String> targets = YamlFile.texts(YamlFile.maps(job, "static_configs").get(0), "targets");
    assertThat(job).doesNotContainKey("metrics_path");
    assertThat(targets)
        .isEqualTo(
            members().keySet().stream()
                .map(name -> name + ":" + config.node().admin().port())
                .toList());
  }

  @Test
  void prometheusLoadsTheAlerts() throws IOException {
    Map<String, Object> prometheus = YamlFile.read(Path.of("conf/compose/prometheus.yml")).root();
    assertThat(YamlFile.texts(prometheus, "rule_files")).containsExactly("alerts.yaml");
    assertThat(YamlFile.texts(services.get("prometheus"), "volumes"))
        .contains("./conf/prometheus/alerts.yaml:/etc/prometheus/alerts.yaml:ro");
  }

  @Test
  void grafanaAsksPrometheusAndFindsTheDashboard() throws IOException {
    Map<String, Object> source =
        YamlFile.maps(
                YamlFile.read(Path.of("conf/compose/grafana/datasource.yaml")).root(),
                "datasources")
            .get(0);
    assertThat(source)
        .containsEntry("type", "prometheus")
        .containsEntry("url", "http://prometheus:9090");
    assertThat(services.get("prometheus").get("ports")).isEqualTo(List.of("127.0.0.1:9090:9090"));
    Map<String, Object> provider =
        YamlFile.maps(
                YamlFile.read(Path.of("conf/compose/grafana/dashboards.yaml")).root(), "providers")
            .get(0);
    Object dashboards = YamlFile.map(provider, "options").get("path");
    assertThat(YamlFile.texts(services.get("grafana"), "volumes"))
        .contains("./conf/grafana:" + dashboards + ":ro");
    assertThat(YamlFile.map(services.get("grafana"), "environment"))
        .containsEntry("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH", dashboards + "/fairlead.json");
  }
}
