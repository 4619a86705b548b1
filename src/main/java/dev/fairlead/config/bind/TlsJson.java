package dev.fairlead.config.bind;

import dev.fairlead.config.Durations;
import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.Terminate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes {@code tls} of listeners and of pools for {@link ConfigJson}. */
final class TlsJson {
  private TlsJson() {}

  static @Nullable JsonObject listener(@Nullable ListenerTls tls) {
    if (tls == null) {
      return null;
    }
    Terminate terminate = tls.terminate();
    JsonObject json =
        terminate == null
            ? new JsonObject().put("mode", "passthrough")
            : terminate(terminate).put("mode", "terminate");
    return json.put("helloTimeout", Durations.show(tls.helloTimeout()))
        .put("startTls", tls.startTls().label());
  }

  private static JsonObject terminate(Terminate tls) {
    return new JsonObject()
        .put(
            "certificates",
            new JsonArray(tls.certificates().stream().map(TlsJson::certificate).toList()))
        .put("clientAuth", tls.clientAuth().label())
        .put("clientCa", text(tls.clientCa()))
        .put("clientCrl", text(tls.clientCrl()))
        .put("clientNames", texts(tls.clientNames()))
        .put("minVersion", tls.minVersion().label())
        .put("ciphers", texts(tls.ciphers()))
        .put("alpn", texts(tls.alpn()))
        .put("tickets", tls.tickets().label())
        .put("handshakeTimeout", Durations.show(tls.handshakeTimeout()));
  }

  private static JsonObject certificate(CertificateSource source) {
    JsonObject json = new JsonObject();
    if (source instanceof CertificateFile file) {
      json.put("cert", text(file.cert())).put("key", text(file.key()));
    } else if (source instanceof CertificateDirectory directory) {
      json.put("directory", text(directory.directory()));
    }
    return json;
  }

  static @Nullable JsonObject backend(@Nullable BackendTls tls) {
    return tls == null
        ? null
        : new JsonObject()
            .put("verify", tls.verify())
            .put("ca", text(tls.ca()))
            .put("serverName", tls.serverName())
            .put("certificate", text(tls.certificate()))
            .put("key", text(tls.key()))
            .put("alpn", texts(tls.alpn()))
            .put("minVersion", tls.minVersion().label());
  }

  private static JsonArray texts(List<String> texts) {
    return new JsonArray(texts.stream().map(Substitution::escape).toList());
  }

  /** A null stays null. */
  private static @Nullable String text(@Nullable Path path) {
    return path == null ? null : Substitution.escape(path.toString());
  }
}
