package dev.fairlead.net.tls;

import dev.fairlead.config.NodeConfig.Admin.AdminTls;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** What the admin listener shows to its clients, and which of them it lets in. Immutable. */
public final class AdminCertificates implements TlsContexts {
  private final String digest;
  private final ServerCertificate shown;
  private final KeyManagerFactory keys;
  private final @Nullable ClientTrust clients;

  private AdminCertificates(
      String digest,
      ServerCertificate shown,
      KeyManagerFactory keys,
      @Nullable ClientTrust clients) {
    this.digest = digest;
    this.shown = shown;
    this.keys = keys;
    this.clients = clients;
  }

  /** Reads all files of {@code tls}; blocks. Its problems have keys below {@code tls}. */
  public static TlsFiles<AdminCertificates> read(AdminTls tls) {
    Certificates files = new Certificates();
    List<TlsProblem> problems = new ArrayList<>();
    List<ServerCertificate> shown = new ArrayList<>();
    List<X509Certificate> authorities = new ArrayList<>();
    try {
      shown.add(files.pair("certificate", tls.certificate(), "key", tls.key()));
    } catch (TlsProblem e) {
      problems.add(e);
    }
    try {
      if (tls.clientCa() != null) {
        authorities.addAll(files.pem("clientCa", tls.clientCa()).certificates());
      }
    } catch (TlsProblem e) {
      problems.add(e);
    }
    String digest = files.digest();
    return new TlsFiles<>(
        digest, List.copyOf(problems), () -> make(tls, digest, shown.get(0), authorities));
  }

  private static AdminCertificates make(
      AdminTls tls, String digest, ServerCertificate shown, List<X509Certificate> authorities)
      throws TlsProblem {
    KeyManagerFactory keys;
    try {
      keys = HttpsContext.keys(shown);
    } catch (GeneralSecurityException e) {
      throw new TlsProblem("key", tls.key(), "a key that can be used with TLS here");
    }
    try {
      ClientTrust clients =
          authorities.isEmpty() ? null : ClientTrust.of(authorities, List.of(), List.of());
      return new AdminCertificates(digest, shown, keys, clients);
    } catch (GeneralSecurityException e) {
      throw new TlsProblem(
          "clientCa", String.valueOf(tls.clientCa()), "authorities that can be used");
    }
  }

  /** The certificate and its key. */
  public KeyManagerFactory keys() {
    return keys;
  }

  /** Checks the certificates of clients; empty = none is asked for. */
  public Optional<TrustManager> clients() {
    return Optional.ofNullable(clients);
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public List<ServerCertificate> certificates() {
    return List.of(shown);
  }

  @Override
  public void rotate(Instant now) {
    // The JDK keeps the keys of tickets itself.
  }
}
