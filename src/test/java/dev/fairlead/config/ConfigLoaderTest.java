package dev.fairlead.config;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.TOML;
import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.NodeConfig.Admin;
import dev.fairlead.config.NodeConfig.LogLevel;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Replies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigLoaderTest {
  private static final String FULL_YAML =
      """
      node:
        name: m1
        eventLoops: 2
        transport: io_uring
        maxSessions: 1000
        logLevel: debug
        admin: { host: 10.0.0.9, port: 0, tokenFile: token, tls: { certificate: a.pem, key: a.key } }
        accessLog: { to: access.log }
        shutdown: { delay: 5s, grace: 1m }
      listeners:
        - { name: web, bind: "[::]:443", backlog: 7, pool: web }
        - { name: local, bind: unix:web.sock, pool: web }
      pools:
        - name: web
          balance: source-hash
          backends:
            - { host: a.internal, port: 1, weight: 0, state: draining }
            - { unix: b.sock, weight: 1000, state: disabled }
            - { host: "::1", port: 3 }
          connect: { timeout: 500ms, attempts: 1, source: [10.0.0.1, "::1"] }
          timeouts: { idle: 0s, close: 2s, maxDuration: 1d, jitter: 0% }
          replies: { noBackend: none, connectFailed: "{cause}" }
      """;

  private static final String FULL_JSON =
      """
      {"node": {"name": "m1", "eventLoops": 2, "transport": "io_uring", "maxSessions": 1000,
        "logLevel": "debug", "admin": {"host": "10.0.0.9", "port": 0, "tokenFile": "token",
        "tls": {"certificate": "a.pem", "key": "a.key"}}, "accessLog": {"to": "access.log"},
        "shutdown": {"delay": "5s", "grace": "1m"}},
       "listeners": [{"name": "web", "bind": "[::]:443", "backlog": 7, "pool": "web"},
        {"name": "local", "bind": "unix:web.sock", "pool": "web"}],
       "pools": [{"name": "web", "balance": "source-hash", "backends": [
        {"host": "a.internal", "port": 1, "weight": 0, "state": "draining"},
        {"unix": "b.sock", "weight": 1000, "state": "disabled"}, {"host": "::1", "port": 3}],
        "connect": {"timeout": "500ms", "attempts": 1, "source": ["10.0.0.1", "::1"]},
        "timeouts": {"idle": "0s", "close": "2s", "maxDuration": "1d", "jitter": "0%"},
        "replies": {"noBackend": "none", "connectFailed": "{cause}"}}]}
      """;

  private static final String FULL_TOML =
      """
      [node]
      name = "m1"
      eventLoops = 2
      transport = "io_uring"
      maxSessions = 1000
      logLevel = "debug"
      accessLog.to = "access.log"
      shutdown = { delay = "5s", grace = "1m" }
      [node.admin]
      host = "10.0.0.9"
      port = 0
      tokenFile = "token"
      tls = { certificate = "a.pem", key = "a.key" }
      [[listeners]]
      name = "web"
      bind = "[::]:443"
      backlog = 7
      pool = "web"
      [[listeners]]
      name = "local"
      bind = "unix:web.sock"
      pool = "web"
      [[pools]]
      name = "web"
      balance = "source-hash"
      backends = [
        { host = "a.internal", port = 1, weight = 0, state = "draining" },
        { unix = "b.sock", weight = 1000, state = "disabled" },
        { host = "::1", port = 3 }]
      connect = { timeout = "500ms", attempts = 1, source = ["10.0.0.1", "::1"] }
      timeouts = { idle = "0s", close = "2s", maxDuration = "1d", jitter = "0%" }
      replies = { noBackend = "none", connectFailed = "{cause}" }
      """;

  private final Loading loading = Loading.plain();

  @Test
  void theThreeFormatsSayTheSame() {
    FairleadConfig config = loading.config(YAML, FULL_YAML);
    assertThat(loading.config(JSON, FULL_JSON)).isEqualTo(config);
    assertThat(loading.config(TOML, FULL_TOML)).isEqualTo(config);
  }

  @Test
  void everyKeyOfANodeIsRead() {
    NodeConfig node = loading.config(FULL_YAML).node();
    assertThat(node.name()).isEqualTo("m1");
    assertThat(node.eventLoops()).isEqualTo(2);
    assertThat(node.transport()).isEqualTo(TransportKind.IO_URING);
    assertThat(node.maxSessions()).isEqualTo(1000);
    assertThat(node.logLevel()).isEqualTo(LogLevel.DEBUG);
    Path directory = Loading.DIRECTORY;
    Admin.Tls tls = new Admin.Tls(directory.resolve("a.pem"), directory.resolve("a.key"));
    assertThat(node.admin()).isEqualTo(new Admin("10.0.0.9", 0, directory.resolve("token"), tls));
    assertThat(node.accessLog().to()).isEqualTo("/etc/fairlead/access.log");
    assertThat(node.shutdown().delay()).hasSeconds(5);
    assertThat(node.shutdown().grace()).hasMinutes(1);
  }

  @Test
  void everyKeyOfAListenerIsRead() {
    assertThat(loading.config(FULL_YAML).listeners())
        .containsExactly(
            new ListenerConfig("web", BindAddress.ip("::", 443), 7, "web"),
            new ListenerConfig("local", BindAddress.unix("/etc/fairlead/web.sock"), 4096, "web"));
  }

  @Test
  void everyKeyOfAPoolIsRead() {
    PoolConfig pool = loading.config(FULL_YAML).pools().get(0);
    assertThat(pool.balance()).isEqualTo(Balance.SOURCE_HASH);
    assertThat(pool.backends())
        .containsExactly(
            new BackendConfig("a.internal", 1, null, 0, State.DRAINING),
            new BackendConfig(null, 0, "/etc/fairlead/b.sock", 1000, State.DISABLED),
            new BackendConfig("::1", 3, null, 1, State.ENABLED));
    assertThat(pool.connect().timeout()).hasMillis(500);
    assertThat(pool.connect().attempts()).isEqualTo(1);
    assertThat(pool.connect().source()).hasSize(2);
    assertThat(pool.timeouts())
        .isEqualTo(
            new PoolConfig.Timeouts(Duration.ZERO, Duration.ofSeconds(2), Duration.ofDays(1), 0));
    assertThat(pool.replies()).isEqualTo(new Replies("none", "{cause}"));
  }

  @Test
  void whatIsNotWrittenIsTheDefault() {
    FairleadConfig config = loading.config("pools: [{name: a}]");
    assertThat(config.node()).isEqualTo(NodeConfig.DEFAULT);
    assertThat(config.cluster()).isEqualTo(ClusterConfig.DEFAULT);
    assertThat(config.listeners()).isEmpty();
    assertThat(config.pools())
        .containsExactly(
            new PoolConfig(
                "a",
                Balance.TWO_CHOICES,
                List.of(),
                PoolConfig.Connect.DEFAULT,
                PoolConfig.Timeouts.DEFAULT,
                Replies.NONE));
  }

  @Test
  void theFlatFormIsACompleteConfiguration() {
    FairleadConfig config =
        loading.config(
            TOML,
            """
            host = "0.0.0.0"
            port = 8080
            [[backends]]
            host = "127.0.0.1"
            port = 9001
            weight = 3
            """);
    assertThat(config.listeners())
        .containsExactly(
            new ListenerConfig("default", BindAddress.ip("0.0.0.0", 8080), 4096, "default"));
    PoolConfig pool = config.pools().get(0);
    assertThat(pool.name()).isEqualTo("default");
    assertThat(pool.balance()).isEqualTo(Balance.WEIGHTED_RANDOM);
    assertThat(pool.backends())
        .containsExactly(new BackendConfig("127.0.0.1", 9001, null, 3, State.ENABLED));
    assertThat(pool.replies())
        .isEqualTo(new Replies("No available backend", "Failed to connect to backend: {cause}"));
  }

  @Test
  void nodeMayStandBesideTheFlatForm() {
    FairleadConfig config =
        loading.config("{host: '::', port: 0, backends: [], node: {admin: {port: 0}}}");
    assertThat(config.node().admin().port()).isZero();
    assertThat(config.listeners().get(0).bind()).isEqualTo(BindAddress.ip("::", 0));
  }

  @Test
  void theTwoFormsDontMix() {
    assertThat(loading.problems("host: 0.0.0.0\nport: 1\npools: []\n"))
        .containsExactly(
            "f.yaml:1: host: not together with listeners and pools"
                + " (expected: one of the two forms)",
            "f.yaml:2: port: not together with listeners and pools"
                + " (expected: one of the two forms)");
  }

  @Test
  void problemsOfTheFlatFormHaveItsOwnPaths() {
    assertThat(
            loading.problems(
                """
                host: example.com
                backends:
                  - {host: a, port: 0}
                  - {host: b, port: 1}
                  - {host: b, port: 1}
                prot: 8080
                """))
        .containsExactly(
            "f.yaml:1: host: example.com (expected: an IP address)",
            "f.yaml:3: backends[0].port: 0 (expected: 1 to 65535)",
            "f.yaml:5: backends[2]: b:1 (expected: once only, backends[1] has it already)",
            "f.yaml:6: prot: unknown key (did you mean \"port\"?)");
  }

  @Test
  void sixMistakesAreSixLinesInYaml() {
    assertThat(
            loading.problems(
                YAML,
                """
                listeners:
                  - name: web
                    bind: localhost:8080
                    pool: wbe
                    backlog: 0
                pools:
                  - name: web
                    balance: roundrobin
                    backends:
                      - { host: 10.0.0.1, port: 9001 }
                      - host: 10.0.0.2
                        port: 9002
                        weight: -1
                    timeouts: { idel: 5s }
                """))
        .containsExactly(
            "f.yaml:3: listeners[0].bind: localhost:8080 (expected: an IP address and port such as"
                + " 0.0.0.0:8080 or [::]:8080, or unix:/path)",
            "f.yaml:4: listeners[0].pool: wbe (expected: a pool's name: did you mean \"web\"?)",
            "f.yaml:5: listeners[0].backlog: 0 (expected: 1 or more)",
            "f.yaml:8: pools[0].balance: roundrobin (expected: one of weighted-random,"
                + " round-robin, least-connections, two-choices, source-hash)",
            "f.yaml:13: pools[0].backends[1].weight: -1 (expected: 0 to 1000)",
            "f.yaml:14: pools[0].timeouts.idel: unknown key (did you mean \"idle\"?)");
  }

  @Test
  void sixMistakesAreSixLinesInJson() {
    assertThat(
            loading.problems(
                JSON,
                """
                {"listeners": [
                  {"bind": "0.0.0.0:80", "pool": "web"},
                  {"name": 7, "bind": "0.0.0.0:81",
                   "pool": "web"}],
                 "pools": [{"name": "web",
                  "backends": [{"host": "a", "port": "9001"}],
                  "connect": {"attempts": 0},
                  "timeouts": 5,
                  "tls": {}}]}
                """))
        .containsExactly(
            "f.json:2: listeners[0].name: missing (expected: a name)",
            "f.json:3: listeners[1].name: 7 (expected: a name of 1 to 100 characters without"
                + " spaces and /)",
            "f.json:6: pools[0].backends[0].port: \"9001\" (expected: 1 to 65535)",
            "f.json:7: pools[0].connect.attempts: 0 (expected: 1 to 100)",
            "f.json:8: pools[0].timeouts: 5 (expected: a map of keys and values)",
            "f.json:9: pools[0].tls: {} (expected: null; not available yet)");
  }

  @Test
  void sixMistakesAreSixLinesInToml() {
    assertThat(
            loading.problems(
                TOML,
                """
                [node]
                eventLoops = 0
                started = 2026-01-01
                [[pools]]
                name = "web"
                backends = "none"
                [[pools]]
                name = "web"
                [pools.timeouts]
                jitter = "200%"
                maxDuration = 0
                """))
        .containsExactly(
            "f.toml:2: node.eventLoops: 0 (expected: auto, or 1 to 1024)",
            "f.toml:3: node.started: unknown key (expected: one of name, eventLoops,"
                + " transport, maxSessions, logLevel, admin, accessLog, shutdown, stateDir)",
            "f.toml:6: pools[0].backends: none (expected: a list)",
            "f.toml:8: pools[1].name: web (expected: once only, pools[0].name has it already)",
            "f.toml:10: pools[1].timeouts.jitter: 200% (expected: a percentage, 0% to 100%)",
            "f.toml:11: pools[1].timeouts.maxDuration: 0 (expected: a duration such as 500ms, 30s,"
                + " 15m, 1h or 7d, at most 36500d)");
  }

  @Test
  void oneMistakeIsOneLine() {
    assertThat(loading.problems("listners: []\npools: []\n"))
        .containsExactly("f.yaml:1: listners: unknown key (did you mean \"listeners\"?)");
    assertThat(
            loading.problems(
                """
                listeners: [{name: a, bind: "0.0.0.0:1", pool: web}]
                pools: [{nmae: web}]
                """))
        .containsExactly("f.yaml:2: pools[0].nmae: unknown key (did you mean \"name\"?)");
    assertThat(
            loading.problems(
                """
                listeners: [{name: a, bind: "0.0.0.0:1", pool: web}]
                poools: [{name: web}]
                """))
        .containsExactly("f.yaml:2: poools: unknown key (did you mean \"pools\"?)");
    assertThat(loading.problems("pools: [3]"))
        .containsExactly("f.yaml:1: pools[0]: 3 (expected: a map of keys and values)");
    assertThat(loading.problems("pools:\n"))
        .containsExactly("f.yaml:1: pools: null (expected: a list)");
  }

  @Test
  void aBackendIsAnAddressOrASocket() {
    assertThat(loading.problems("pools: [{name: a, backends: [{weight: 1}, {unix: x, port: 1}]}]"))
        .containsExactly(
            "f.yaml:1: pools[0].backends[0].host: missing (expected: host and port, or unix)",
            "f.yaml:1: pools[0].backends[1].port: not together with unix");
  }

  @Test
  void aValueIsQuotedWhereItsTypeWouldNotShow() {
    assertThat(loading.problems("pools: [{name: '', balance: 'true'}, {name: ' x'}]"))
        .allMatch(
            line ->
                line.contains(": \"\" (")
                    || line.contains(": \"true\" (")
                    || line.contains(": \" x\" ("));
  }

  @Test
  void aLongValueIsCut() {
    assertThat(loading.problems("node: {name: '" + "a b\\n".repeat(100) + "'}"))
        .singleElement()
        .satisfies(
            line -> assertThat(line).hasSizeLessThan(250).contains("...").doesNotContain("\n"));
  }
}
