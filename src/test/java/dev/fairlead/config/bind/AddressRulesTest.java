package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BindAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRulesTest {
  private static final String CLUSTER = "cluster={enabled: true, discovery: {multicast: true}}";
  private static final String LISTENER =
      "{ listeners: [{ name: a, bind: '%s', pool: p }], pools: [{ name: p }] }";

  @Test
  void theBusHasAPortOfItsOwn() {
    assertThat(Loading.with(CLUSTER, "cluster.busPort=5701").problems("pools: []"))
        .containsExactly(
            "--set cluster.busPort: 5701 (expected: not the address of cluster.port, 5701)");
    assertThat(Loading.with("cluster.busPort=5701").problems("pools: []")).isEmpty();
    assertThat(Loading.with(CLUSTER, "cluster.busPort=5702").problems("pools: []")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, false",
    "127.0.0.1, 127.0.0.2, true",
    "0.0.0.0, 10.0.0.1, false",
    "'::', 10.0.0.1, false",
    "10.0.0.1, 0.0.0.0, false",
    "a.internal, A.internal, false",
    "a.internal, b.internal, true",
    "a.internal, 10.0.0.1, true",
    "a.internal, 0.0.0.0, false",
    "0.0.0.0, null, false",
    "127.0.0.1, null, true"
  })
  void theAdminListenerAndTheClusterAreApart(String admin, String cluster, boolean valid) {
    Loading loading =
        Loading.with(
            CLUSTER,
            "node.admin={port: 5701, tokenFile: t, host: '" + admin + "'}",
            "cluster.host=" + cluster);
    String shown = BindAddress.ip(admin, 5701).toString();
    assertThat(loading.problems("cluster: {}"))
        .isEqualTo(
            valid
                ? List.of()
                : List.of(
                    "--set cluster.port: 5701 (expected: not the address of node.admin, "
                        + shown
                        + ")"));
  }

  @Test
  void aListenerDoesNotTakeThePortsOfTheCluster() {
    Loading loading = Loading.with(CLUSTER, "cluster.host=10.0.0.1", "cluster.busPort=5702");
    assertThat(loading.problems(LISTENER.formatted("0.0.0.0:5701")))
        .containsExactly(
            "f.yaml:1: listeners[0].bind: 0.0.0.0:5701"
                + " (expected: not the address of cluster.port, 10.0.0.1:5701)");
    assertThat(loading.problems(LISTENER.formatted("10.0.0.1:5702")))
        .containsExactly(
            "f.yaml:1: listeners[0].bind: 10.0.0.1:5702"
                + " (expected: not the address of cluster.busPort, 10.0.0.1:5702)");
    assertThat(loading.problems(LISTENER.formatted("10.0.0.2:5702"))).isEmpty();
    assertThat(Loading.plain().problems(LISTENER.formatted("0.0.0.0:5701"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.0.0.0:30000-30009 | 0.0.0.0:30009-30019",
        "0.0.0.0:30000-30009 | 127.0.0.1:30005",
        "127.0.0.1:30005     | '[::]:30000-30009'",
        "127.0.0.1:30000-30009 | 127.0.0.1:30000-30009",
      })
  void rangesHaveNoPortInCommon(String first, String second) {
    assertThat(
            Loading.plain()
                .problems(
                    "listeners:\n"
                        + "  - name: a\n    bind: '"
                        + first
                        + "'\n    pool: p\n"
                        + "  - name: b\n    bind: '"
                        + second
                        + "'\n    pool: p\n"
                        + "pools: [{ name: p }]\n"))
        .containsExactly(
            "f.yaml:6: listeners[1].bind: "
                + second
                + " (expected: ports that no other listener has: listeners[0].bind (line 3) has "
                + first
                + ")");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0:30000-30009, 0.0.0.0:30010-30019",
    "127.0.0.1:30000-30009, 127.0.0.2:30000-30009",
    "0.0.0.0:30000-30009, '[::1]:30005'"
  })
  void rangesBesideEachOtherAreFine(String first, String second) {
    String two =
        "{ listeners: [{ name: a, bind: '%s', pool: p }, { name: b, bind: '%s', pool: p }],"
            + " pools: [{ name: p }] }";
    assertThat(Loading.plain().problems(two.formatted(first, second))).isEmpty();
  }

  @Test
  void aRangeLeavesThePortOfTheAdminListener() {
    assertThat(
            Loading.with("node.admin={port: 8081}")
                .problems(LISTENER.formatted("0.0.0.0:8000-8100")))
        .containsExactly(
            "f.yaml:1: listeners[0].bind: 0.0.0.0:8000-8100"
                + " (expected: not the address of node.admin, 127.0.0.1:8081)");
  }

  @Test
  void allRangesTogetherAreBounded() {
    StringBuilder listeners = new StringBuilder();
    for (int i = 0; i < 17; i++) {
      listeners
          .append("{ name: l")
          .append(i)
          .append(", bind: '127.0.0.")
          .append(i + 1)
          .append(":1-1024', pool: p },");
    }
    assertThat(Loading.plain().problems("{ listeners: [" + listeners + "], pools: [{ name: p }] }"))
        .containsExactly(
            "f.yaml:1: listeners[16].bind: 127.0.0.17:1-1024"
                + " (expected: at most 16384 ports in all ranges together)");
  }

  @Test
  void anAdminListenerOnAllInterfacesLeavesNoneToAListener() {
    assertThat(
            Loading.with("node.admin={host: 0.0.0.0, tokenFile: t}")
                .problems(LISTENER.formatted("127.0.0.1:8081")))
        .containsExactly(
            "f.yaml:1: listeners[0].bind: 127.0.0.1:8081"
                + " (expected: not the address of node.admin, 0.0.0.0:8081)");
  }

  @Test
  void whatIsBrokenAlreadyIsNotJudgedAgain() {
    assertThat(
            Loading.with(CLUSTER, "cluster.port=x", "node.admin.port=5701").problems("pools: []"))
        .hasSize(1);
  }
}
