package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DynamicLoadTest {
  private static final String REVISION =
      """
      node: { name: 7, broken: yes }
      cluster: [nonsense]
      listeners: [{ name: web, bind: "0.0.0.0:${PORT:80}", pool: web }]
      pools: [{ name: web, backends: [{ host: a, port: 1 }] }]
      """;

  private static final FairleadConfig OWN =
      Loading.with(
              "node.name=m1",
              "node.admin.port=9000",
              "cluster={enabled: true, discovery: {multicast: true}, host: 10.0.0.1}")
          .config("pools: [{ name: own }]");

  private static LoadResult load(String text, String... overrides) {
    return load(text, Map.of(), overrides);
  }

  private static LoadResult load(String text, Map<String, String> env, String... overrides) {
    ConfigText source = new ConfigText("r7", ConfigFormat.YAML, text, Loading.DIRECTORY);
    return new ConfigLoader(env, List.of(overrides)).loadDynamic(source, OWN, Set.of("PORT"));
  }

  private static List<String> problems(String text, String... overrides) {
    return load(text, overrides).problems().stream().map(Problem::toString).toList();
  }

  @Test
  void nodeAndClusterAreThoseOfThisMember() {
    FairleadConfig config = load(REVISION).config();
    assertThat(config.node()).isEqualTo(OWN.node());
    assertThat(config.cluster()).isEqualTo(OWN.cluster());
    assertThat(config.listeners()).extracting(ListenerConfig::name).containsExactly("web");
    assertThat(config.pools()).extracting(PoolConfig::name).containsExactly("web");
  }

  @Test
  void aTextWithoutADynamicPartHasAnEmptyOne() {
    FairleadConfig config = load("node: { name: m1 }").config();
    assertThat(config.listeners()).isEmpty();
    assertThat(config.pools()).isEmpty();
    assertThat(problems(""))
        .containsExactly("r7: empty (expected: listeners and pools, or host, port and backends)");
  }

  @Test
  void listenersAreJudgedAgainstThisMembersAddresses() {
    String revision =
        """
        listeners:
          - { name: a, bind: 127.0.0.1:9000, pool: p }
          - { name: b, bind: 0.0.0.0:5701, pool: p }
          - { name: c, bind: 127.0.0.1:8081, pool: p }
        pools: [{ name: p }]
        """;
    assertThat(problems(revision))
        .containsExactly(
            "r7:2: listeners[0].bind: 127.0.0.1:9000"
                + " (expected: not the address of node.admin, 127.0.0.1:9000)",
            "r7:3: listeners[1].bind: 0.0.0.0:5701"
                + " (expected: not the address of cluster.port, 10.0.0.1:5701)");
  }

  @Test
  void overridesOfTheDynamicPartApplyAgain() {
    FairleadConfig config =
        load(REVISION, "listeners[0].bind='[::]:81'", "pools[0].backends[0].state=draining")
            .config();
    assertThat(config.listeners().get(0).bind()).isEqualTo(BindAddress.ip("::", 81));
    assertThat(config.pools().get(0).backends().get(0).state()).isEqualTo(State.DRAINING);
    FairleadConfig flat = load("{host: '::', port: 1, backends: []}", "port=2").config();
    assertThat(flat.listeners().get(0).bind().port()).isEqualTo(2);
  }

  @Test
  void overridesOfTheProcessDoNot() {
    assertThat(load(REVISION, "node.admin.port=80", "cluster=7", "node=1").config())
        .isEqualTo(load(REVISION).config());
    assertThat(problems(REVISION, "nodes=1", "cluster-x.y=1")).hasSize(2);
  }

  @Test
  void anOverrideThatDoesNotFitIsThisMembersProblem() {
    assertThat(problems(REVISION, "pools[3].name=x"))
        .containsExactly(
            "--set pools[3].name: cannot be set (expected: an index of 0 to 1 at pools)");
  }

  @Test
  void withoutOverridesATextIsWhatItsAuthorWrote() {
    ConfigText source = new ConfigText("r7", ConfigFormat.YAML, REVISION, Loading.DIRECTORY);
    ConfigLoader loader = new ConfigLoader(Map.of("PORT", "82"), List.of("pools=[]"));
    FairleadConfig config =
        loader.withoutOverrides().loadDynamic(source, OWN, Set.of("PORT")).config();
    assertThat(config.pools()).hasSize(1);
    assertThat(config.listeners().get(0).bind().port()).isEqualTo(82);
  }

  @Test
  void eachMemberPutsInItsOwnVariables() {
    FairleadConfig config = load(REVISION, Map.of("PORT", "82")).config();
    assertThat(config.listeners().get(0).bind()).isEqualTo(BindAddress.ip("0.0.0.0", 82));
  }
}
