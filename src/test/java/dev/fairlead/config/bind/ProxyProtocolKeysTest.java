package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import dev.fairlead.config.ProxyProtocolConfig.Version;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyProtocolKeysTest {
  private static final String YAML =
      """
      listeners: [{name: a, bind: "0.0.0.0:80", pool: a}]
      pools: [{name: a, backends: [{host: a, port: 1}]}]
      """;
  private static final String UNIX = YAML.replace("0.0.0.0:80", "unix:/run/a.sock");

  private static FairleadConfig config(String... overrides) {
    return Loading.with(overrides).config(YAML);
  }

  private static AcceptProxy accept(String... overrides) {
    return config(overrides).listeners().get(0).proxyProtocol();
  }

  private static SendProxy send(String value) {
    return config("pools[0].proxyProtocol=" + value).pools().get(0).proxyProtocol();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listeners[0].proxyProtocol={}",
        "listeners[0].proxyProtocol.mode=off",
        "listeners[0].proxyProtocol.mode=false",
        "listeners[0].proxyProtocol={timeout: 1s, trusted: [10.0.0.1], maxTlvBytes: 0B}",
        "pools[0].proxyProtocol=off",
        "pools[0].proxyProtocol=false"
      })
  void withoutAModeAndAVersionThereAreNoHeaders(String set) {
    assertThat(config(set)).isEqualTo(config());
    assertThat(accept()).isNull();
    assertThat(config().pools().get(0).proxyProtocol()).isNull();
  }

  @Test
  void everyKeyOfAListenerIsRead() {
    assertThat(
            accept(
                "listeners[0].proxyProtocol={mode: required, trusted: [10.0.0.0/8, '::1'],"
                    + " timeout: 500ms, maxTlvBytes: 1KiB}"))
        .isEqualTo(
            new AcceptProxy(
                true,
                List.of(Cidr.of("10.0.0.0/8"), Cidr.of("::1")),
                Duration.ofMillis(500),
                1024));
    assertThat(accept("listeners[0].proxyProtocol.mode=optional")).isEqualTo(AcceptProxy.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0B, 0",
    "4096, 4096",
    "512B, 512",
    "2KB, 2000",
    "63KiB, 64512",
    "65535, 65535",
    "65535B, 65535"
  })
  void theRoomForExtensionsIsASize(String written, int bytes) {
    assertThat(
            accept(
                    "listeners[0].proxyProtocol.mode=optional",
                    "listeners[0].proxyProtocol.maxTlvBytes=" + written)
                .maxTlvBytes())
        .isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"64KiB", "65536", "-1", "1MiB", "1iB", "4 KiB", "4kib", "4K", "9GiB", "x"})
  void aHeaderCantHaveMoreExtensionsThanItsFormat(String written) {
    assertThat(
            Loading.with("listeners[0].proxyProtocol={maxTlvBytes: " + written + "}")
                .problems(YAML))
        .containsExactly(
            "--set listeners[0].proxyProtocol.maxTlvBytes: "
                + written
                + " (expected: a size such as 512B or 4KiB, at most 65535 bytes)");
  }

  @Test
  void aVersionAloneMeansItsUsualHeader() {
    assertThat(send("v1")).isEqualTo(SendProxy.of(Version.V1));
    assertThat(send("v2")).isEqualTo(SendProxy.of(Version.V2));
    assertThat(send("{version: v1}")).isEqualTo(SendProxy.of(Version.V1));
    assertThat(send("{}")).isEqualTo(SendProxy.of(Version.V2));
  }

  @Test
  void everyKeyOfAPoolIsRead() {
    assertThat(
            send(
                "{version: v2, crc32c: true, uniqueId: true, ssl: true, authority: false,"
                    + " passThrough: false}"))
        .isEqualTo(new SendProxy(Version.V2, true, true, true, false, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listeners[0].proxyProtocol=off | listeners[0].proxyProtocol: off"
            + " (expected: a map of keys and values)",
        "listeners[0].proxyProtocol.mode=on | listeners[0].proxyProtocol.mode: on"
            + " (expected: one of off, optional, required)",
        "listeners[0].proxyProtocol.timeout=0s | listeners[0].proxyProtocol.timeout: 0s"
            + " (expected: a duration above zero such as 500ms, 30s, 15m, 1h or 7d,"
            + " at most 36500d)",
        "listeners[0].proxyProtocol.timout=1s | listeners[0].proxyProtocol.timout: unknown key"
            + " (did you mean \"timeout\"?)",
        "listeners[0].proxyProtocol.trusted=[10.0.0.1/8] | listeners[0].proxyProtocol.trusted[0]:"
            + " 10.0.0.1/8 (expected: 10.0.0.0/8, without bits after the prefix)",
        "pools[0].proxyProtocol=v3 | pools[0].proxyProtocol: v3"
            + " (expected: off, v1, v2, or a map of keys and values)",
        "pools[0].proxyProtocol=[v1] | pools[0].proxyProtocol: [...]"
            + " (expected: off, v1, v2, or a map of keys and values)",
        "pools[0].proxyProtocol={version: v3, crc32c: true} | pools[0].proxyProtocol.version: v3"
            + " (expected: one of v1, v2)",
        "pools[0].proxyProtocol={version: v1, crc32c: true} | pools[0].proxyProtocol.crc32c: true"
            + " (expected: false, because version is v1)",
        "pools[0].proxyProtocol={version: v1, uniqueId: true} |"
            + " pools[0].proxyProtocol.uniqueId: true (expected: false, because version is v1)",
        "pools[0].proxyProtocol={ssl: yes} | pools[0].proxyProtocol.ssl: yes"
            + " (expected: true or false)",
        "pools[0].proxyProtocol={version: v1, ssl: true} | pools[0].proxyProtocol.ssl: true"
            + " (expected: false, because version is v1)"
      })
  void whatCantBeIsRefused(String set, String problem) {
    assertThat(Loading.with(set).problems(YAML)).containsExactly("--set " + problem);
  }

  @Test
  void aHeaderTellsTheAddressOfAClientOfAUnixSocket() {
    String keys =
        "listeners[0]={name: a, bind: 'unix:/run/a.sock', pool: a, allow: [10.0.0.0/8],"
            + " deny: [10.0.0.1], limits: {connectionsPerSource: 3},"
            + " routes: [{source: [10.9.0.0/16], pool: a}], proxyProtocol: {mode: MODE}}";
    assertThat(Loading.with(keys.replace("MODE", "required")).problems(UNIX)).isEmpty();
    assertThat(Loading.with(keys.replace("MODE", "optional")).problems(UNIX)).isEmpty();
    assertThat(Loading.with(keys.replace("MODE", "of")).problems(UNIX)).hasSize(1);
    assertThat(Loading.with(keys.replace("MODE", "off")).problems(UNIX))
        .hasSize(4)
        .allMatch(problem -> problem.endsWith("because clients of a Unix socket have no address)"));
  }

  @Test
  void whoConnectsToAUnixSocketIsInNoNetwork() {
    assertThat(
            Loading.with("listeners[0].proxyProtocol={mode: optional, trusted: [10.0.0.1]}")
                .problems(UNIX))
        .containsExactly(
            "--set listeners[0].proxyProtocol.trusted: [...]"
                + " (expected: [], because clients of a Unix socket have no address)");
  }
}
