package dev.fairlead.config.bind;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.TOML;
import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfigProblemsTest {
  private final Loading loading = Loading.plain();

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
                  "tls": []}]}
                """))
        .containsExactly(
            "f.json:2: listeners[0].name: missing (expected: a name)",
            "f.json:3: listeners[1].name: 7 (expected: a name of 1 to 100 characters without"
                + " spaces and /)",
            "f.json:6: pools[0].backends[0].port: \"9001\" (expected: 1 to 65535, or same)",
            "f.json:7: pools[0].connect.attempts: 0 (expected: 1 to 100)",
            "f.json:8: pools[0].timeouts: 5 (expected: a map of keys and values)",
            "f.json:9: pools[0].tls: [] (expected: a map of keys and values)");
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
                + " transport, maxSessions, logLevel, admin, accessLog, shutdown, stateDir,"
                + " tlsProvider, splice, rehearsal, environment, logFormat, logTo, auditLog,"
                + " metrics)",
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
