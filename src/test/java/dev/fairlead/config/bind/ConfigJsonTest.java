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
                   "backlog": 4096, "pool": "web", "routes": [], "allow": [], "deny": [],
                   "proxyProtocol": {"mode": "off", "trusted": [], "timeout": "5s",
                     "maxTlvBytes": "4KiB"},
                   "tls": null,
                   "limits": {"connections": 0, "connectionsPerSource": 0,
                     "newConnectionsPerSecond": 0, "scope": "cluster",
                     "queue": {"size": 0, "timeout": "5s"}, "refuseWith": "fin"},
                   "state": "enabled"}],
                 "pools": [{"name": "web", "balance": "two-choices", "backends": [
                   {"host": "a", "port": 1, "weight": 1, "state": "enabled",
                     "backup": false, "maxConnections": 0},
                   {"unix": "/etc/fairlead/b.sock", "weight": 1, "state": "draining",
                     "backup": true, "maxConnections": 2}],
                   "discovery": {"srv": "_api._tcp.internal", "refresh": "5s"},
                   "health": {"type": "none", "interval": "2s",
                     "fastInterval": null, "downInterval": null, "timeout": "1s", "rise": 2,
                     "fall": 3, "probers": 2, "port": null,
                     "http": {"method": "GET", "path": "/", "host": null, "headers": {},
                       "status": "200-399", "body": null},
                     "expect": [], "end": "rst"},
                   "outlier": "off", "slowStart": "0s",
                   "connect": {"timeout": "5s", "attempts": 3, "source": []},
                   "timeouts": {"idle": "1h", "close": "60s", "maxDuration": "0s",
                     "jitter": "10%"},
                   "limits": {"connections": 0, "connectionsPerBackend": 0, "scope": "cluster",
                     "queue": {"size": 0, "timeout": "5s"}},
                   "proxyProtocol": "off", "tls": null,
                   "whenDown": "refuse", "onBackendDown": "keep",
                   "closeAfter": "0s", "closeSpread": "5s", "rebalance": "off",
                   "stickiness": null, "agent": null,
                   "replies": {"noBackend": "$${X}", "connectFailed": null}}]}
                """));
  }

  @Test
  void whatIsReadFirstIsWrittenAsAFileWouldHaveIt() {
    FairleadConfig config =
        Loading.plain()
            .config(
                """
                listeners:
                  - name: web
                    bind: 0.0.0.0:80
                    routes: [{ sni: [A.example], alpn: [h2], source: [10.0.0.0/8], pool: web }]
                    proxyProtocol: { mode: optional, trusted: [10.0.0.1/32], maxTlvBytes: 5000 }
                    tls: { mode: passthrough, startTls: postgres }
                pools:
                  - { name: web, proxyProtocol: v1 }
                  - { name: api, proxyProtocol: { crc32c: true } }
                """);
    JsonObject json = ConfigJson.dynamicPart(config);
    JsonObject listener = json.getJsonArray("listeners").getJsonObject(0);
    listener.remove("limits");
    assertThat(listener)
        .isEqualTo(
            new JsonObject(
                """
                {"name": "web", "bind": "0.0.0.0:80", "backlog": 4096, "pool": null,
                 "routes": [{"sni": ["a.example"], "alpn": ["h2"], "source": ["10.0.0.0/8"],
                   "pool": "web"}],
                 "allow": [], "deny": [],
                 "proxyProtocol": {"mode": "optional", "trusted": ["10.0.0.1"], "timeout": "5s",
                   "maxTlvBytes": "5000B"},
                 "tls": {"mode": "passthrough", "helloTimeout": "5s", "startTls": "postgres"},
                 "state": "enabled"}
                """));
    assertThat(json.getJsonArray("pools").getJsonObject(0).getValue("proxyProtocol"))
        .isEqualTo("v1");
    assertThat(json.getJsonArray("pools").getJsonObject(1).getValue("proxyProtocol"))
        .isEqualTo(
            new JsonObject(
                """
                {"version": "v2", "crc32c": true, "uniqueId": false, "ssl": false,
                 "authority": true, "passThrough": true}
                """));
  }

  @Test
  void tlsIsWrittenAsAFileWouldHaveIt() {
    FairleadConfig config =
        Loading.plain()
            .config(
                """
                listeners:
                  - name: web
                    bind: 0.0.0.0:443
                    pool: web
                    tls: { certificates: [{ cert: "a$${B}.pem" }, { directory: /certs }] }
                pools:
                  - { name: web, tls: { ca: ca.pem, serverName: web.internal, alpn: [h2] } }
                """);
    JsonObject json = ConfigJson.dynamicPart(config);
    assertThat(json.getJsonArray("listeners").getJsonObject(0).getJsonObject("tls"))
        .isEqualTo(
            new JsonObject(
                """
                {"mode": "terminate",
                 "certificates": [{"cert": "/etc/fairlead/a$${B}.pem", "key": null},
                   {"directory": "/certs"}],
                 "clientAuth": "none", "clientCa": null, "clientCrl": null, "clientNames": [],
                 "minVersion": "TLSv1.2", "ciphers": [], "alpn": [], "tickets": "cluster",
                 "handshakeTimeout": "10s", "helloTimeout": "5s", "startTls": "none"}
                """));
    assertThat(json.getJsonArray("pools").getJsonObject(0).getJsonObject("tls"))
        .isEqualTo(
            new JsonObject(
                """
                {"verify": true, "ca": "/etc/fairlead/ca.pem", "serverName": "web.internal",
                 "certificate": null, "key": null, "alpn": ["h2"], "minVersion": "TLSv1.2"}
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
