package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.MemberDiscovery;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterBinderTest {
  private static final String YAML = "pools: []";

  private final Loading loading = Loading.plain();

  private static MemberDiscovery discovery(String discovery) {
    String[] settings = {"cluster.enabled=true", "cluster.discovery=" + discovery};
    return Loading.with(settings).config(YAML).cluster().discovery();
  }

  @Test
  void eachWayToFindTheOthersIsRead() {
    assertThat(discovery("{multicast: true}")).isEqualTo(new MemberDiscovery.Multicast());
    assertThat(discovery("{members: [a, '[::1]:1']}"))
        .isEqualTo(new MemberDiscovery.Members(List.of("a:5701", "[::1]:1")));
    assertThat(discovery("{kubernetesService: m.default.svc.cluster.local}"))
        .isEqualTo(new MemberDiscovery.KubernetesService("m.default.svc.cluster.local"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{enabled: false, port: 0x1645}", "{discovery: null, tls: null}"})
  void theDefaultIsAcceptedHoweverItIsWritten(String cluster) {
    assertThat(Loading.with("cluster=" + cluster).config(YAML).cluster())
        .isEqualTo(ClusterConfig.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cluster=1 | cluster: 1 (expected: a map of keys and values)",
        "cluster.prot=1 | cluster.prot: unknown key (did you mean \"port\"?)",
        "cluster.port=0 | cluster.port: 0 (expected: 1 to 65535)",
        "cluster.host=a b | cluster.host: a b (expected: a host name or an IP address, or null)",
        "cluster.name=a/b | cluster.name: a/b"
            + " (expected: a name of 1 to 100 characters without spaces and /)",
        "cluster.tls={certificate: a, key: b} | cluster.tls.ca: missing (expected: a PEM file)",
        "cluster.discovery=all | cluster.discovery: all (expected: a map of keys and values)",
        "cluster.discovery={} | cluster.discovery: {}"
            + " (expected: one of multicast, members, kubernetesService)",
        "cluster.discovery={multicast: true, members: [a]} | cluster.discovery: {...}"
            + " (expected: one of multicast, members, kubernetesService)",
        "cluster.discovery={member: [a]} | cluster.discovery.member: unknown key"
            + " (did you mean \"members\"?)",
        "cluster.discovery={multicast: false} | cluster.discovery.multicast: false"
            + " (expected: true, or leave it out)",
        "cluster.discovery={members: []} | cluster.discovery.members: []"
            + " (expected: at least one member)",
        "cluster.discovery={members: a} | cluster.discovery.members: a (expected: a list)",
        "cluster.discovery={kubernetesService: 5} | cluster.discovery.kubernetesService: 5"
            + " (expected: a host name or an IP address)"
      })
  void oneMistakeIsOneLine(String set, String problem) {
    assertThat(
            Loading.with("cluster.enabled=true", "cluster.discovery={multicast: true}", set)
                .problems(YAML))
        .containsExactly("--set " + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "::1",
        "2001:db8::1:5701",
        "a:0",
        "a:65536",
        "a:",
        ":1",
        "[a]:1",
        "[::1",
        "a b"
      })
  void whatIsNoHostAndPortIsRefused(String address) {
    String expected =
        " (expected: an address such as 10.0.0.1, a.internal:5701 or [2001:db8::1]:5701";
    String shown = address.isEmpty() ? "\"\"" : address;
    String yaml =
        "cluster: { discovery: { members: ['%s'] }, publicAddress: '%s' }"
            .formatted(address, address);
    assertThat(loading.problems(yaml))
        .containsExactly(
            "f.yaml:1: cluster.discovery.members[0]: " + shown + expected + ")",
            "f.yaml:1: cluster.publicAddress: " + shown + expected + ", or null)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "a.internal", "a:1", "[2001:db8::1]", "[::1]:65535"})
  void aPublicAddressIsKeptAsItIsWritten(String address) {
    String yaml = "cluster: { publicAddress: '" + address + "' }";
    assertThat(loading.config(yaml).cluster().publicAddress()).isEqualTo(address);
  }

  @Test
  void aClusterHasToFindItsMembers() {
    String problem =
        "cluster.discovery: null (expected: one of multicast, members, kubernetesService,"
            + " because cluster.enabled is true)";
    assertThat(loading.problems("pools: []\ncluster:\n  enabled: true\n  discovery: null\n"))
        .containsExactly("f.yaml:4: " + problem);
    assertThat(loading.problems("pools: []\ncluster:\n  enabled: true\n"))
        .singleElement()
        .asString()
        .endsWith(": " + problem);
    assertThat(Loading.with("cluster.enabled=true").problems(YAML))
        .singleElement()
        .asString()
        .endsWith(problem);
  }
}
