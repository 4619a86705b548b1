package dev.fairlead.config;

import dev.fairlead.config.Shape.Items;
import dev.fairlead.config.Shape.Keys;
import dev.fairlead.config.Shape.OrNull;
import java.nio.file.Path;

/**
 * The keys of parts that are not built yet, one line a key: its kind of value and its default.
 * Building a part takes its lines out of here.
 */
final class LaterKeys {
  private static final ValueType<Integer> COUNT = ValueTypes.integer(0, Integer.MAX_VALUE);

  private final ValueType<Path> path;

  LaterKeys(Path directory) {
    this.path = ValueTypes.path(directory);
  }

  Keys listener() {
    Keys route =
        Keys.none()
            .with("sni", Items.of(ValueTypes.text()))
            .with("alpn", Items.of(ValueTypes.text()))
            .with("source", Items.of(AddressTypes.cidr()))
            .with("pool", ValueTypes.name(), "");
    Keys proxyProtocol =
        Keys.none()
            .with("mode", ValueTypes.word("off", "optional", "required"), "off")
            .with("trusted", Items.of(AddressTypes.cidr()))
            .with("timeout", ValueTypes.positiveDuration(), "5s");
    return Keys.none()
        .with("routes", new Items(route))
        .with("allow", Items.of(AddressTypes.cidr()))
        .with("deny", Items.of(AddressTypes.cidr()))
        .with("proxyProtocol", proxyProtocol)
        .with("tls", new OrNull(listenerTls()))
        .with("limits", listenerLimits());
  }

  private Keys listenerTls() {
    Keys certificate = Keys.none().with("cert", path, "").with("key", path, "");
    return Keys.none()
        .with("mode", ValueTypes.word("terminate", "passthrough"), "terminate")
        .with("certificates", new Items(certificate))
        .with("clientAuth", ValueTypes.word("none", "request", "require"), "none")
        .with("clientCa", path.orNull(), "null")
        .with("minVersion", ValueTypes.word("TLSv1.2", "TLSv1.3"), "TLSv1.2")
        .with("alpn", Items.of(ValueTypes.text()))
        .with("handshakeTimeout", ValueTypes.positiveDuration(), "10s")
        .with("helloTimeout", ValueTypes.positiveDuration(), "5s");
  }

  private static Keys listenerLimits() {
    return Keys.none()
        .with("connections", COUNT, "0")
        .with("connectionsPerSource", COUNT, "0")
        .with("newConnectionsPerSecond", COUNT, "0")
        .with("scope", ValueTypes.word("cluster", "member"), "cluster")
        .with("queue", queue())
        .with("refuseWith", ValueTypes.word("fin", "rst"), "fin");
  }

  private static Keys queue() {
    return Keys.none()
        .with("size", COUNT, "0")
        .with("timeout", ValueTypes.positiveDuration(), "5s");
  }

  Keys pool() {
    Keys limits =
        Keys.none()
            .with("connections", COUNT, "0")
            .with("connectionsPerBackend", COUNT, "0")
            .with("scope", ValueTypes.word("cluster", "member"), "cluster")
            .with("queue", queue());
    return Keys.none()
        .with("limits", limits)
        .with("proxyProtocol", ValueTypes.word("off", "v1", "v2"), "off")
        .with("tls", new OrNull(poolTls()));
  }

  private Keys poolTls() {
    return Keys.none()
        .with("verify", ValueTypes.bool(), "true")
        .with("ca", path.orNull(), "null")
        .with("serverName", AddressTypes.host().orNull(), "null")
        .with("certificate", path.orNull(), "null")
        .with("key", path.orNull(), "null")
        .with("alpn", Items.of(ValueTypes.text()));
  }

  static Keys backend() {
    return Keys.none().with("maxConnections", COUNT, "0");
  }
}
