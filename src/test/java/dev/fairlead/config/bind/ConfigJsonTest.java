package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.FairleadConfig;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class ConfigJsonTest {

  @Test
  void everyKeyIsWrittenAsAFileWouldHaveIt() {
    FairleadConfig config =
        Loading.plain()
            .config(
                """
                listeners: [{ name: web, bind: unix:web.sock, pool: web }]
                pools:
                  - name: web
                    backends: [{ host: a, port: 1 }, { unix: b.sock, state: draining, backup: true, maxConnections: 2 }]
                    discovery: { srv: _api._tcp.internal }
                    outlier: off
                    replies: { noBackend: "$${X}" }
                """);
    assertThat(ConfigJson.dynamicPart(config))
        .isEqualTo(
            new JsonObject(
                """
                {"listeners": [{"name": "web", "bind": "unix:/etc/fairlead/web.sock",
                   "backlog": 4096, "pool": "web", "allow": [], "deny": [],
                   "limits": {"connections": 0, "connectionsPerSource": 0,
                     "newConnectionsPerSecond": 0, "scope": "cluster",
                     "queue": {"size": 0, "timeout": "5s"}, "refuseWith": "fin"}}],
                 "pools": [{"name": "web", "balance": "two-choices", "backends": [
                   {"host": "a", "port": 1, "weight": 1, "state": "enabled",
                     "backup": false, "maxConnections": 0},
                   {"unix": "/etc/fairlead/b.sock", "weight": 1, "state": "draining",
                     "backup": true, "maxConnections": 2}],
                   "discovery": {"srv": "_api._tcp.internal", "refresh": "5s"},
                   "health": {"type": "none", "interval": "2s", "timeout": "1s", "rise": 2,
                     "fall": 3, "probers": 2, "port": null,
                     "http": {"path": "/", "host": null, "status": "200-399"},
                     "expect": {"send": null, "receive": null}},
                   "outlier": "off", "slowStart": "0s",
                   "connect": {"timeout": "5s", "attempts": 3, "source": []},
                   "timeouts": {"idle": "1h", "close": "60s", "maxDuration": "0s",
                     "jitter": "10%"},
                   "limits": {"connections": 0, "connectionsPerBackend": 0, "scope": "cluster",
                     "queue": {"size": 0, "timeout": "5s"}},
                   "whenDown": "refuse", "onBackendDown": "keep",
                   "replies": {"noBackend": "$${X}", "connectFailed": null}}]}
                """));
  }

  @Test
  void networksAreWrittenTheShortWay() {
    FairleadConfig config =
        Loading.plain()
            .config(
                """
                listeners:
                  - name: web
                    bind: 0.0.0.0:80
                    pool: web
                    allow: [10.0.0.0/8, 2001:db8:0:0::/32, 10.1.2.3/32]
                    deny: ["::ffff:10.9.0.0/112", "::1"]
                pools: [{ name: web }]
                """);
    JsonObject listener = ConfigJson.dynamicPart(config).getJsonArray("listeners").getJsonObject(0);
    assertThat(listener.getJsonArray("allow"))
        .containsExactly("10.0.0.0/8", "2001:db8::/32", "10.1.2.3");
    assertThat(listener.getJsonArray("deny")).containsExactly("10.9.0.0/16", "::1");
  }
}
