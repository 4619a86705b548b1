package dev.fairlead.imports.nginx;

import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns {@code ssl_} and {@code proxy_ssl_} directives into {@code tls}. */
record NginxTls(Scope server) {
  private static final String LOWEST = "TLSv1.2 is the lowest version that is spoken";

  /** Where TLS of clients ends. */
  void listener(YamlBlock listener, Statement listen) {
    List<Statement> certificates = server.all("ssl_certificate");
    List<Statement> keys = server.all("ssl_certificate_key");
    if (certificates.isEmpty()) {
      throw new ImportException(listen, "ssl", "ssl_certificate in this server or in stream");
    }
    List<YamlBlock> all = new ArrayList<>();
    for (int i = 0; i < certificates.size(); i++) {
      String file = certificates.get(i).word(1);
      YamlBlock one = new YamlBlock().put("cert", file);
      if (i < keys.size() && !keys.get(i).word(1).equals(file)) {
        one.put("key", keys.get(i).word(1));
      }
      all.add(one);
    }
    listener.put("tls.certificates", all);
    clients(listener);
    server.last("ssl_protocols").ifPresent(line -> minVersion(listener, line));
    server.last("ssl_ciphers").ifPresent(line -> ciphers(listener, line));
    server.last("ssl_alpn").ifPresent(line -> listener.putAll("tls.alpn", line.from(1)));
    if (server.value("ssl_session_tickets").equals(Optional.of("off"))) {
      listener.put("tls.tickets", "off");
    }
    listener.put("tls.handshakeTimeout", NginxPools.time(server, "ssl_handshake_timeout", "60s"));
  }

  private void clients(YamlBlock listener) {
    Optional<String> verify = server.value("ssl_verify_client").filter(each -> !each.equals("off"));
    if (verify.isPresent()) {
      listener.put("tls.clientAuth", verify.get().equals("on") ? "require" : "request");
      listener.put("tls.clientCa", server.value("ssl_client_certificate"));
      listener.put("tls.clientCrl", server.value("ssl_crl"));
      if (verify.get().equals("optional_no_ca")) {
        server
            .last("ssl_verify_client")
            .ifPresent(line -> listener.note(line, "a certificate that is shown is verified"));
      }
    }
  }

  private static void minVersion(YamlBlock block, Statement line) {
    List<String> versions = line.from(1);
    block.put("tls.minVersion", versions.contains("TLSv1.2") ? "TLSv1.2" : "TLSv1.3");
    versions.stream()
        .filter(each -> !each.matches("TLSv1\\.[23]"))
        .forEach(each -> block.note(line, each, LOWEST));
    if (!versions.contains("TLSv1.3")) {
      block.note(line, "without TLSv1.3", "which is always spoken");
    }
  }

  private static void ciphers(YamlBlock listener, Statement line) {
    if (line.word(1).matches("[A-Z0-9]+(?:-[A-Z0-9]+)+(?::[A-Z0-9]+(?:-[A-Z0-9]+)+)*")) {
      listener.putAll("tls.ciphers", List.of(line.word(1).split(":")));
    } else {
      listener.note(line, "Fairlead takes a list of names without classes");
    }
  }

  /** Where TLS to backends begins. */
  void backend(YamlBlock pool) {
    boolean verify = server.value("proxy_ssl_verify").equals(Optional.of("on"));
    pool.put("tls.verify", verify);
    server
        .last("proxy_ssl_trusted_certificate")
        .ifPresent(
            line -> {
              if (verify) {
                pool.put("tls.ca", line.word(1));
              } else {
                pool.note(line, "not used without proxy_ssl_verify");
              }
            });
    server
        .last("proxy_ssl_name")
        .ifPresent(
            line -> {
              if (line.word(1).contains("$")) {
                pool.note(line, "each pool has one name, tls.serverName");
              } else {
                pool.put("tls.serverName", line.word(1));
              }
            });
    pool.put("tls.certificate", server.value("proxy_ssl_certificate"));
    pool.put("tls.key", server.value("proxy_ssl_certificate_key"));
    server.last("proxy_ssl_alpn").ifPresent(line -> pool.putAll("tls.alpn", line.from(1)));
    server.last("proxy_ssl_protocols").ifPresent(line -> minVersion(pool, line));
  }
}
