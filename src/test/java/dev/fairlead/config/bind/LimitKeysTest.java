package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.ListenerConfig.ListFile;
import dev.fairlead.config.PoolConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitKeysTest {
  private static final String YAML =
      """
      listeners: [{name: a, bind: "0.0.0.0:80", pool: a}]
      pools: [{name: a, backends: [{host: a, port: 1}, {host: b, port: 1}]}]
      """;
  private static final String UNIX = YAML.replace("0.0.0.0:80", "unix:/run/a.sock");

  private static FairleadConfig config(String... overrides) {
    return Loading.with(overrides).config(YAML);
  }

  private static List<String> problems(String... overrides) {
    return Loading.with(overrides).problems(YAML);
  }

  @Test
  void whatIsNotWrittenLimitsNobody() {
    FairleadConfig config = config();
    assertThat(config.listeners().get(0).access()).isEqualTo(AccessConfig.EVERYONE);
    assertThat(config.listeners().get(0).limits()).isEqualTo(ListenerLimits.NONE);
    assertThat(config.pools().get(0).limits()).isEqualTo(PoolLimits.NONE);
    assertThat(config.pools().get(0).backends()).allMatch(b -> b.maxConnections() == 0);
    assertThat(config("listeners[0].limits={queue: {timeout: 5000ms}, connections: 0}"))
        .isEqualTo(config);
    assertThat(config("listeners[0].limits={}", "pools[0].limits={}")).isEqualTo(config);
  }

  @Test
  void aListMayNameFiles() {
    AccessConfig access =
        config("listeners[0].allow=[{file: /a.txt}, 10.0.0.0/8, {file: /b.txt}]")
            .listeners()
            .get(0)
            .access();
    assertThat(access.allow()).containsExactly(Cidr.of("10.0.0.0/8"));
    assertThat(access.allowFiles())
        .containsExactly(new ListFile(0, Path.of("/a.txt")), new ListFile(2, Path.of("/b.txt")));
    assertThat(problems("listeners[0].deny=[{fil: a}, {}, {file: 1, x: 2}]")).hasSize(4);
  }

  @Test
  void everyKeyOfAListenerIsRead() {
    ListenerConfig listener =
        config(
                "listeners[0].allow=[10.0.0.0/8, '2001:db8::/32']",
                "listeners[0].deny=[10.0.0.1]",
                "listeners[0].limits={connections: 1, connectionsPerSource: 2,"
                    + " newConnectionsPerSecond: 3, scope: member,"
                    + " queue: {size: 4, timeout: 6s}, refuseWith: rst}")
            .listeners()
            .get(0);
    assertThat(listener.access())
        .isEqualTo(
            new AccessConfig(
                List.of(Cidr.of("10.0.0.0/8"), Cidr.of("2001:db8::/32")),
                List.of(Cidr.of("10.0.0.1"))));
    assertThat(listener.limits())
        .isEqualTo(
            new ListenerLimits(
                1,
                2,
                3,
                LimitScope.MEMBER,
                new QueueConfig(4, Duration.ofSeconds(6)),
                RefuseWith.RST));
  }

  @Test
  void everyKeyOfAPoolIsRead() {
    PoolConfig pool =
        config(
                "pools[0].limits={connections: 1, connectionsPerBackend: 2, scope: member,"
                    + " queue: {size: 3, timeout: 100ms}}",
                "pools[0].backends[1].maxConnections=7")
            .pools()
            .get(0);
    assertThat(pool.limits())
        .isEqualTo(
            new PoolLimits(1, 2, LimitScope.MEMBER, new QueueConfig(3, Duration.ofMillis(100))));
    assertThat(pool.backends()).extracting(BackendConfig::maxConnections).containsExactly(0, 7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listeners[0].allow=all | listeners[0].allow: all (expected: a list)",
        "listeners[0].allow=[10.0.0.0/8, 10.0.0.1/8] | listeners[0].allow[1]: 10.0.0.1/8"
            + " (expected: 10.0.0.0/8, without bits after the prefix)",
        "listeners[0].deny=[web] | listeners[0].deny[0]: web"
            + " (expected: a network such as 10.0.0.0/8 or 2001:db8::/32, or an IP address)",
        "listeners[0].limits=100 | listeners[0].limits: 100"
            + " (expected: a map of keys and values)",
        "listeners[0].limits.connections=-1 | listeners[0].limits.connections: -1"
            + " (expected: 0 or more)",
        "listeners[0].limits.connectionsPerSource=a | listeners[0].limits.connectionsPerSource: a"
            + " (expected: 0 or more)",
        "listeners[0].limits.newConnectionsPerSecond=0.5"
            + " | listeners[0].limits.newConnectionsPerSecond: 0.5 (expected: 0 or more)",
        "listeners[0].limits.scope=all | listeners[0].limits.scope: all"
            + " (expected: one of cluster, member)",
        "listeners[0].limits.refuseWith=reset | listeners[0].limits.refuseWith: reset"
            + " (expected: one of fin, rst)",
        "listeners[0].limits.connectionPerSource=1"
            + " | listeners[0].limits.connectionPerSource: unknown key"
            + " (did you mean \"connectionsPerSource\"?)",
        "pools[0].limits.connectionsPerBackend=-1 | pools[0].limits.connectionsPerBackend: -1"
            + " (expected: 0 or more)",
        "pools[0].limits.queue.sice=1 | pools[0].limits.queue.sice: unknown key"
            + " (did you mean \"size\"?)",
        "pools[0].limits.queue.timeout=0s | pools[0].limits.queue.timeout: 0s"
            + " (expected: a duration above zero such as 500ms, 30s, 15m, 1h or 7d,"
            + " at most 36500d)",
        "pools[0].backends[0].maxConnections=-1 | pools[0].backends[0].maxConnections: -1"
            + " (expected: 0 or more)"
      })
  void whatCantBeIsRefused(String set, String problem) {
    assertThat(problems(set)).containsExactly("--set " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "allow=[10.0.0.0/8] | allow: [...] (expected: []",
        "deny=['::/0'] | deny: [...] (expected: []",
        "limits.connectionsPerSource=3 | limits.connectionsPerSource: 3 (expected: 0"
      })
  void clientsOfAUnixSocketHaveNoAddress(String set, String problem) {
    assertThat(Loading.with("listeners[0]." + set).problems(UNIX))
        .containsExactly(
            "--set listeners[0]."
                + problem
                + ", because clients of a Unix socket have no address)");
  }

  @Test
  void aUnixSocketMayHaveTheOtherLimits() {
    assertThat(
            Loading.with(
                    "listeners[0].allow=[]",
                    "listeners[0].limits={connections: 1, newConnectionsPerSecond: 2,"
                        + " connectionsPerSource: 0, queue: {size: 4}, refuseWith: rst}")
                .problems(UNIX))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "connectionsPerSource: 1, ", "newConnectionsPerSecond: 1, "})
  void clientsOfAListenerWaitForItsConnectionsOnly(String others) {
    String set = "listeners[0].limits={" + others + "queue: {size: 9}}";
    assertThat(problems(set))
        .containsExactly(
            "--set listeners[0].limits.queue.size: 9"
                + " (expected: 0, because limits.connections is 0: nobody waits)");
    assertThat(problems(set, "listeners[0].limits.connections=1")).isEmpty();
  }

  @Test
  void clientsOfAPoolWaitForAnyOfItsLimits() {
    String set = "pools[0].limits.queue.size=9";
    assertThat(problems(set))
        .containsExactly(
            "--set pools[0].limits.queue.size: 9"
                + " (expected: 0, because limits.connections, limits.connectionsPerBackend and"
                + " each maxConnections are 0: nobody waits)");
    assertThat(problems(set, "pools[0].limits.connections=1")).isEmpty();
    assertThat(problems(set, "pools[0].limits.connectionsPerBackend=1")).isEmpty();
    assertThat(problems(set, "pools[0].backends[1].maxConnections=1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listeners[0].limits={queue: {size: 9}, connections: many}",
        "listeners[0].limits={queue: {size: 9}, conections: 1}",
        "pools[0].limits={queue: {size: 9}, connections: many}",
        "pools[0].limits={queue: {size: 9}, connectionPerBackend: 1}",
        "pools[0]={name: a, backends: 7, limits: {queue: {size: 9}}}",
        "pools[0]={name: a, backends: [{host: a, port: 1, maxConnections: x}],"
            + " limits: {queue: {size: 9}}}",
        "pools[0]={name: a, backends: [{host: a, port: 1, maxConection: 1}],"
            + " limits: {queue: {size: 9}}}"
      })
  void aLimitThatCantBeReadIsOneProblem(String set) {
    assertThat(problems(set)).singleElement().asString().doesNotContain("queue");
  }

  /** More than 3 Mi characters, where the YAML parser stops unless it is told otherwise. */
  @Test
  void aHundredThousandNetworksAreReadAndShared() {
    StringBuilder yaml = new StringBuilder("listeners:\n");
    yaml.append("- name: a\n  bind: 0.0.0.0:80\n  pool: a\n  deny: &bad\n");
    for (int i = 0; i < 100_000; i++) {
      yaml.append(
          String.format(
              Locale.ROOT, "  - 2001:0db8:1111:2222:3333:0000:%04x:%04x%n", i >> 16, i & 0xffff));
    }
    yaml.append("- { name: b, bind: '0.0.0.0:81', pool: a, deny: *bad }\npools: [{ name: a }]\n");
    List<ListenerConfig> listeners = Loading.plain().config(yaml.toString()).listeners();
    assertThat(listeners.get(0).access().deny())
        .hasSize(100_000)
        .endsWith(Cidr.of("2001:db8:1111:2222:3333:0:1:869f"));
    assertThat(listeners.get(1).access()).isEqualTo(listeners.get(0).access());
  }

  @Test
  void problemsKnowTheirLines() {
    assertThat(
            Loading.plain()
                .problems(
                    """
                    listeners:
                      - name: a
                        bind: unix:/run/a.sock
                        pool: a
                        deny:
                          - 10.0.0.0/8
                        limits:
                          queue:
                            size: 5
                    pools:
                      - name: a
                        limits: { connections: 1,
                          scope: node }
                    """))
        .containsExactly(
            "f.yaml:6: listeners[0].deny: [...]"
                + " (expected: [], because clients of a Unix socket have no address)",
            "f.yaml:9: listeners[0].limits.queue.size: 5"
                + " (expected: 0, because limits.connections is 0: nobody waits)",
            "f.yaml:13: pools[0].limits.scope: node (expected: one of cluster, member)");
  }
}
