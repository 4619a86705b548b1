package dev.fairlead.config.bind;

import dev.fairlead.config.bind.Shape.Items;
import dev.fairlead.config.bind.Shape.Keys;
import dev.fairlead.config.bind.Shape.OrNull;
import java.nio.file.Path;

/**
 * The keys of parts that are not built yet, one line a key: its kind of value and its default.
 * Building a part takes its lines out of here.
 */
final class LaterKeys {
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
        .with("proxyProtocol", proxyProtocol)
        .with("tls", new OrNull(listenerTls()));
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

  Keys pool() {
    return Keys.none()
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
}
