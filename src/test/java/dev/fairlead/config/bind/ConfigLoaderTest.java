package dev.fairlead.config.bind;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.TOML;
import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.MemberDiscovery.Members;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.LogDestination;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig.AccessLogFormat;
import dev.fairlead.config.NodeConfig.Admin;
import dev.fairlead.config.NodeConfig.LogLevel;
import dev.fairlead.config.NodeConfig.MetricsConfig;
import dev.fairlead.config.NodeConfig.MetricsConfig.OtlpTarget;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Replies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
        admin: { host: 10.0.0.9, port: 0, tokenFile: token, tls: { certificate: a.pem, key: a.key, clientCa: ca.pem }, maxConnections: 64 }
        accessLog: { to: access.log }
        shutdown: { delay: 5s, grace: 1m }
        rehearsal: 3s
        metrics: { backends: 7, otlp: { url: "http://10.0.0.8:4318/v1/metrics", interval: 5s, headers: { X-Key: abc } } }
        stateDir: state
      cluster:
        enabled: true
        name: blue
        host: 10.0.0.9
        port: 5801
        busPort: 5802
        discovery: { members: [10.0.0.1, "b.internal:5900", "[2001:db8::1]"] }
        publicAddress: "192.0.2.7:5801"
        tls: { certificate: m.pem, key: m.key, ca: ca.pem }
        secretFile: secret
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
        "tls": {"certificate": "a.pem", "key": "a.key", "clientCa": "ca.pem"}, "maxConnections": 64},
        "accessLog": {"to": "access.log"},
        "shutdown": {"delay": "5s", "grace": "1m"},
        "metrics": {"backends": 7, "otlp": {"url": "http://10.0.0.8:4318/v1/metrics", "interval": "5s",
          "headers": {"X-Key": "abc"}}},
        "rehearsal": "3s", "stateDir": "state"},
       "cluster": {"enabled": true, "name": "blue", "host": "10.0.0.9", "port": 5801,
        "busPort": 5802, "publicAddress": "192.0.2.7:5801", "secretFile": "secret",
        "discovery": {"members": ["10.0.0.1", "b.internal:5900", "[2001:db8::1]"]},
        "tls": {"certificate": "m.pem", "key": "m.key", "ca": "ca.pem"}},
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
      rehearsal = "3s"
      metrics.backends = 7
      metrics.otlp = { url = "http://10.0.0.8:4318/v1/metrics", interval = "5s", headers = { X-Key = "abc" } }
      stateDir = "state"
      [node.admin]
      host = "10.0.0.9"
      port = 0
      tokenFile = "token"
      tls = { certificate = "a.pem", key = "a.key", clientCa = "ca.pem" }
      maxConnections = 64
      [cluster]
      enabled = true
      name = "blue"
      host = "10.0.0.9"
      port = 5801
      busPort = 5802
      discovery.members = ["10.0.0.1", "b.internal:5900", "[2001:db8::1]"]
      publicAddress = "192.0.2.7:5801"
      tls = { certificate = "m.pem", key = "m.key", ca = "ca.pem" }
      secretFile = "secret"
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
    Admin.AdminTls tls =
        new Admin.AdminTls(
            directory.resolve("a.pem"), directory.resolve("a.key"), directory.resolve("ca.pem"));
    assertThat(node.admin())
        .isEqualTo(new Admin("10.0.0.9", 0, directory.resolve("token"), tls, 64, null));
    assertThat(node.accessLog())
        .isEqualTo(
            new AccessLogConfig(
                AccessLogFormat.JSON, LogDestination.file("/etc/fairlead/access.log"), null));
    assertThat(node.shutdown().delay()).hasSeconds(5);
    assertThat(node.shutdown().grace()).hasMinutes(1);
    assertThat(node.rehearsal()).hasSeconds(3);
    assertThat(node.metrics())
        .isEqualTo(
            new MetricsConfig(
                7,
                new OtlpTarget(
                    "http://10.0.0.8:4318/v1/metrics",
                    Duration.ofSeconds(5),
                    Map.of("X-Key", "abc"))));
    assertThat(node.stateDir()).isEqualTo(directory.resolve("state"));
  }

  @Test
  void everyKeyOfAClusterIsRead() {
    Path directory = Loading.DIRECTORY;
    assertThat(loading.config(FULL_YAML).cluster())
        .isEqualTo(
            new ClusterConfig(
                true,
                "blue",
                "10.0.0.9",
                5801,
                5802,
                new Members(List.of("10.0.0.1:5701", "b.internal:5900", "[2001:db8::1]:5701")),
                "192.0.2.7:5801",
                new ClusterConfig.ClusterTls(
                    directory.resolve("m.pem"),
                    directory.resolve("m.key"),
                    directory.resolve("ca.pem")),
                directory.resolve("secret")));
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
        .containsExactly(PoolConfig.byDefault("a", Balance.TWO_CHOICES, List.of()));
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
            "f.yaml:3: backends[0].port: 0 (expected: 1 to 65535, or same)",
            "f.yaml:5: backends[2]: b:1 (expected: once only, backends[1] has it already)",
            "f.yaml:6: prot: unknown key (did you mean \"port\"?)");
  }
}
