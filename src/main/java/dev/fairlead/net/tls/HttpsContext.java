package dev.fairlead.net.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes the JDK's TLS context for a client of HTTPS. Reads files: blocks. */
public final class HttpsContext {
  private static final String ALIAS = "own";

  /** Of a store in memory that is never written. */
  private static final char[] NO_PASSWORD = new char[0];

  private HttpsContext() {}

  /**
   * @param ca certificates of the authorities to trust; null = those that the JDK knows
   * @param certificate shown to servers that ask for one, its issuers behind it; null = none
   * @param key of {@code certificate}; null = it is in {@code certificate}
   * @throws TlsProblem whose key is {@code ca}, {@code cert} or {@code key}
   */
  public static SSLContext of(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key)
      throws TlsProblem {
    Certificates files = new Certificates();
    List<X509Certificate> authorities = ca == null ? List.of() : files.pem("ca", ca).certificates();
    ServerCertificate own =
        certificate == null ? null : files.pair("cert", certificate, "key", key);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          own == null ? null : keys(own).getKeyManagers(),
          ca == null ? null : trusting(authorities),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw own == null
          ? new TlsProblem("ca", String.valueOf(ca), "authorities that can be used")
          : new TlsProblem("cert", own.file(), "a certificate that can be used with TLS here");
    }
  }

  private static TrustManager[] trusting(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    KeyStore store = emptyStore();
    for (X509Certificate authority : authorities) {
      store.setCertificateEntry("ca" + store.size(), authority);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust.getTrustManagers();
  }

  /** A certificate and its key, for any side of TLS. */
  static KeyManagerFactory keys(ServerCertificate own) throws GeneralSecurityException {
    KeyStore store = emptyStore();
    store.setKeyEntry(ALIAS, own.key(), NO_PASSWORD, own.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, NO_PASSWORD);
    return keys;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new GeneralSecurityException("a new store can be made", e);
    }
  }
}
