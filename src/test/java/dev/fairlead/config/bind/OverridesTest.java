package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.PoolConfig.Balance;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverridesTest {
  private static final String YAML =
      """
      node: { admin: { port: 8081 } }
      pools:
        - name: web
          backends: [{ host: a, port: 1 }]
      """;

  @Test
  void aValueIsReplaced() {
    FairleadConfig config =
        Loading.with("node.admin.port=0", "pools[0].backends[0].weight=7").config(YAML);
    assertThat(config.node().admin().port()).isZero();
    assertThat(config.pools().get(0).backends().get(0).weight()).isEqualTo(7);
  }

  @Test
  void aValueIsReadAsYaml() {
    FairleadConfig config =
        Loading.with(
                "pools[0].backends=[{host: b, port: 2}, {unix: c}]",
                "pools[0].replies={noBackend: \"a=b\"}",
                "node.name=null")
            .config(YAML);
    assertThat(config.pools().get(0).backends()).hasSize(2);
    assertThat(config.pools().get(0).replies().noBackend()).isEqualTo("a=b");
    assertThat(config.node().name()).isNull();
  }

  @Test
  void mapsOnTheWayAreMade() {
    FairleadConfig config = Loading.with("node.shutdown.grace=3s").config("pools: []");
    assertThat(config.node().shutdown().grace()).hasSeconds(3);
  }

  @Test
  void aListGrowsAtItsEnd() {
    FairleadConfig config =
        Loading.with("pools[1].name=api", "pools[1].balance=round-robin").config(YAML);
    assertThat(config.pools().get(1).name()).isEqualTo("api");
    assertThat(config.pools().get(1).balance()).isEqualTo(Balance.ROUND_ROBIN);
  }

  @Test
  void theLastOneWins() {
    FairleadConfig config = Loading.with("node.admin.port=1", "node.admin.port=2").config(YAML);
    assertThat(config.node().admin().port()).isEqualTo(2);
  }

  @Test
  void theyApplyToEveryFormat() {
    assertThat(Loading.with("port=0").config(ConfigFormat.TOML, "host='::'\nbackends=[]"))
        .isEqualTo(Loading.plain().config("{host: '::', port: 0, backends: []}"));
  }

  @Test
  void variablesArePutIn() {
    Loading loading = new Loading(Map.of("P", "7"), List.of("node.admin.port=${P}"));
    assertThat(loading.config(YAML).node().admin().port()).isEqualTo(7);
  }

  @Test
  void problemsNameTheOption() {
    assertThat(Loading.with("node.admin.prot=0", "node.logLevel=loud").problems(YAML))
        .containsExactlyInAnyOrder(
            "--set node.admin.prot: unknown key (did you mean \"port\"?)",
            "--set node.logLevel: loud (expected: one of error, warn, info, debug, trace)");
  }

  @Test
  void problemsOfTheFileComeFirst() {
    assertThat(Loading.with("node.logLevel=loud").problems("pools: [{name: a, x: 1}]"))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("f.yaml:1: ");
  }

  @Test
  void whatHasNoPlaceIsRefused() {
    assertThat(Loading.with("pools[2].name=x").problems(YAML))
        .containsExactly(
            "--set pools[2].name: cannot be set (expected: an index of 0 to 1 at pools)");
    assertThat(Loading.with("pools.name=x").problems(YAML))
        .containsExactly("--set pools.name: cannot be set (expected: a map at pools)");
    assertThat(Loading.with("node[0]=x").problems(YAML))
        .containsExactly("--set node[0]: cannot be set (expected: a list at node)");
    assertThat(Loading.with("node.x[1].y=x").problems(YAML))
        .contains("--set node.x[1].y: cannot be set (expected: an index of 0 to 0 at node.x)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "=1", ".a=1", "a..b=1", "a.=1", "a[=1", "a[-1]=1", "[0]=1", "a b=1"})
  void whatIsNoKeyAndValueIsRefused(String setting) {
    assertThat(Loading.with(setting).problems(YAML))
        .containsExactly(
            "--set " + setting + " (expected: KEY=VALUE, its key like pools[0].balance)");
  }

  @Test
  void aValueThatIsNoYamlIsRefused() {
    assertThat(Loading.with("node.name=[").problems(YAML))
        .singleElement()
        .asString()
        .startsWith("--set node.name: not YAML: ");
    assertThat(Loading.with("node.name=").problems(YAML))
        .containsExactly("--set node.name: no value (expected: one; null for none)");
  }
}
