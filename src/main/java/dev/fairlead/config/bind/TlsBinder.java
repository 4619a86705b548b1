package dev.fairlead.config.bind;

import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.StartTls;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.config.text.Tree;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Binds {@code tls} of listeners and of pools. The files that they name are not opened. */
record TlsBinder(Binding binding, ValueType<Path> path) {
  private static final String TERMINATE = "terminate";
  private static final String PASSTHROUGH = "passthrough";
  private static final ValueType<String> MODE = ValueType.word(TERMINATE, PASSTHROUGH);
  private static final ValueType<StartTls> START_TLS = ValueType.constant(StartTls.values());
  private static final ValueType<ClientAuth> CLIENT_AUTH = ValueType.constant(ClientAuth.values());
  private static final ValueType<Tickets> TICKETS = ValueType.constant(Tickets.values());
  private static final ValueType<TlsVersion> VERSION = ValueType.constant(TlsVersion.values());

  /** All keys that only a listener has that ends TLS. */
  private static final List<String> OF_TERMINATE =
      List.of(
          "certificates",
          "clientAuth",
          "clientCa",
          "clientCrl",
          "clientNames",
          "minVersion",
          "ciphers",
          "alpn",
          "tickets",
          "handshakeTimeout");

  TlsBinder(Binding binding) {
    this(binding, ValueType.path(binding.directory()));
  }

  ListenerTls listener(Section tls) {
    boolean passthrough = tls.get("mode", MODE, TERMINATE).equals(PASSTHROUGH);
    Terminate terminate = terminate(tls);
    if (passthrough) {
      OF_TERMINATE.stream()
          .filter(tls::has)
          .forEach(key -> tls.refuse(key, "not together with mode passthrough: backends end TLS"));
    } else if (!tls.isBroken("mode")) {
      judge(tls, terminate);
    }
    return new ListenerTls(
        tls.get("helloTimeout", ValueType.positiveDuration(), ListenerTls.DEFAULT_HELLO_TIMEOUT),
        tls.get("startTls", START_TLS, StartTls.NONE),
        passthrough ? null : terminate);
  }

  private Terminate terminate(Section tls) {
    return new Terminate(
        tls.sections("certificates", this::certificate),
        tls.get("clientAuth", CLIENT_AUTH, ClientAuth.NONE),
        tls.findOrNull("clientCa", path).orElse(null),
        tls.findOrNull("clientCrl", path).orElse(null),
        distinct(tls, "clientNames", TlsTypes.clientName()),
        tls.get("minVersion", VERSION, Terminate.DEFAULT_MIN_VERSION),
        distinct(tls, "ciphers", TlsTypes.cipher()),
        distinct(tls, "alpn", RouteTypes.protocol()),
        tls.get("tickets", TICKETS, Tickets.CLUSTER),
        tls.get(
            "handshakeTimeout", ValueType.positiveDuration(), Terminate.DEFAULT_HANDSHAKE_TIMEOUT));
  }

  private CertificateSource certificate(Section certificate) {
    Path cert = certificate.get("cert", path, ClusterBinder.NO_PATH);
    Path key = certificate.findOrNull("key", path).orElse(null);
    Path directory = certificate.get("directory", path, ClusterBinder.NO_PATH);
    if (certificate.has("directory")) {
      Stream.of("cert", "key")
          .filter(certificate::has)
          .forEach(each -> certificate.refuse(each, "not together with directory"));
      return new CertificateDirectory(directory);
    }
    certificate.require("cert", "a PEM file, or directory");
    return new CertificateFile(cert, key);
  }

  private void judge(Section tls, Terminate terminate) {
    tls.require("certificates", "at least one certificate, or mode: passthrough");
    if (tls.isEmptyList("certificates")) {
      tls.refuse("certificates", "[]", "at least one certificate");
    }
    if (!tls.isBroken("clientAuth")) {
      judgeClients(tls, terminate);
    }
    if (!terminate.ciphers().isEmpty() && terminate.minVersion() == TlsVersion.TLS_1_3) {
      tls.refuse("ciphers", "[...]", "[], because minVersion is TLSv1.3, which has its own");
    }
  }

  /** Whatever says which clients may come in is of use only if they are asked who they are. */
  private static void judgeClients(Section tls, Terminate terminate) {
    if (terminate.clientAuth() != ClientAuth.NONE) {
      String because = ", because clientAuth is " + terminate.clientAuth().label();
      demand(tls, "clientCa", terminate.clientCa(), "a PEM file" + because);
      return;
    }
    String because = ", because clientAuth is none";
    if (terminate.clientCa() != null) {
      tls.refuse("clientCa", terminate.clientCa(), "null" + because);
    }
    if (terminate.clientCrl() != null) {
      tls.refuse("clientCrl", terminate.clientCrl(), "null" + because);
    }
    if (!terminate.clientNames().isEmpty()) {
      tls.refuse("clientNames", "[...]", "[]" + because);
    }
  }

  BackendTls backend(Section tls) {
    BackendTls byDefault = BackendTls.DEFAULT;
    BackendTls config =
        new BackendTls(
            tls.get("verify", ValueType.bool(), byDefault.verify()),
            tls.findOrNull("ca", path).orElse(null),
            tls.findOrNull("serverName", TlsTypes.serverName()).orElse(null),
            tls.findOrNull("certificate", path).orElse(null),
            tls.findOrNull("key", path).orElse(null),
            distinct(tls, "alpn", RouteTypes.protocol()),
            tls.get("minVersion", VERSION, byDefault.minVersion()));
    if (config.key() != null) {
      demand(tls, "certificate", config.certificate(), "the PEM file of the certificate of key");
    }
    if (config.ca() != null && !config.verify()) {
      tls.refuse("ca", config.ca(), "null, because verify is false");
    }
    return config;
  }

  /** Reports a key that is null or not written, though another one demands it. */
  private static void demand(Section tls, String key, @Nullable Path value, String expected) {
    tls.require(key, expected);
    if (tls.has(key) && value == null) {
      tls.refuse(key, "null", expected);
    }
  }

  /** A list that has no value twice. */
  private List<String> distinct(Section tls, String key, ValueType<String> type) {
    List<String> values = tls.values(key, type, "");
    binding.once(values, Tree.child(tls.path(), key));
    return values;
  }
}
