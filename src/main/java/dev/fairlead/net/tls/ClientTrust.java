package dev.fairlead.net.tls;

import dev.fairlead.net.tls.ServerCertificate.AlternativeName;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides which clients may come in: those with a certificate that an authority of ours has signed,
 * that is not revoked and, if names are given, has one of them. Nothing is fetched from elsewhere:
 * neither lists of revoked certificates nor OCSP. Extended, because Netty would wrap a plain {@code
 * X509TrustManager} in one that checks other things (CVE-2026-50010). Immutable; any thread.
 */
final class ClientTrust extends X509ExtendedTrustManager {
  /** For listeners that ask no client for a certificate. */
  static final ClientTrust NOBODY = new ClientTrust(null, List.of());

  private final @Nullable X509ExtendedTrustManager authorities;
  private final List<ClientName> names;

  private ClientTrust(@Nullable X509ExtendedTrustManager authorities, List<String> names) {
    this.authorities = authorities;
    this.names = names.stream().map(ClientName::new).toList();
  }

  /**
   * Trusts what {@code authorities} have signed.
   *
   * @param revoked one list of each authority on the way to a client, and none of them too old,
   *     else nobody comes in; empty = nothing is revoked
   * @param names may have an asterisk for one label; empty = all
   */
  static ClientTrust of(
      List<X509Certificate> authorities, List<X509CRL> revoked, List<String> names)
      throws GeneralSecurityException {
    Set<TrustAnchor> anchors =
        authorities.stream().map(ca -> new TrustAnchor(ca, null)).collect(Collectors.toSet());
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
    parameters.setRevocationEnabled(false);
    if (!revoked.isEmpty()) {
      checkRevocation(parameters, revoked);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(new CertPathTrustManagerParameters(parameters));
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return new ClientTrust(extended, names);
      }
    }
    throw new InvalidAlgorithmParameterException("the JDK has no X509ExtendedTrustManager");
  }

  private static void checkRevocation(PKIXBuilderParameters parameters, List<X509CRL> revoked)
      throws GeneralSecurityException {
    PKIXRevocationChecker checker =
        (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
    checker.setOptions(
        EnumSet.of(
            PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
    parameters.addCertPathChecker(checker);
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(revoked)));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    authorities().checkClientTrusted(chain, authType, engine);
    checkName(chain[0]);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    authorities().checkClientTrusted(chain, authType, socket);
    checkName(chain[0]);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    authorities().checkClientTrusted(chain, authType);
    checkName(chain[0]);
  }

  private X509ExtendedTrustManager authorities() throws CertificateException {
    if (authorities == null) {
      throw new CertificateException("no client was asked for a certificate");
    }
    return authorities;
  }

  private void checkName(X509Certificate client) throws CertificateException {
    if (!names.isEmpty() && names.stream().noneMatch(name -> name.isOf(client))) {
      throw new CertificateException("no name of the client's certificate may come in");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noServer();
  }

  private static CertificateException noServer() {
    return new CertificateException("only clients are checked here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
  }

  /**
   * A name that may come in, an asterisk for one label: {@code *.example.com} for DNS and common
   * names, {@code spiffe://example.com/ns/*} for a part of a URI's path, {@code *@example.com} for
   * the local part of an e-mail address.
   */
  private static final class ClientName {
    private final Pattern host;
    private final Pattern common;
    private final Pattern uri;
    private final Pattern email;

    ClientName(String pattern) {
      host = compile(pattern, "[^.\\p{Cntrl}]+", Pattern.CASE_INSENSITIVE);
      common = compile(pattern, "[^.\\p{Cntrl}]+", 0);
      uri = compile(pattern, "[^/\\p{Cntrl}]+", 0);
      email = compile(pattern, "[^@\\p{Cntrl}]+", Pattern.CASE_INSENSITIVE);
    }

    private static Pattern compile(String pattern, String label, int flags) {
      String literal =
          Stream.of(pattern.split("\\*", -1))
              .map(Pattern::quote)
              .collect(Collectors.joining(label));
      return Pattern.compile(literal, flags);
    }

    boolean isOf(X509Certificate client) {
      return ServerCertificate.alternativeNames(client).stream().anyMatch(this::matches)
          || ServerCertificate.commonName(client)
              .filter(name -> common.matcher(name).matches())
              .isPresent();
    }

    private boolean matches(AlternativeName name) {
      return switch (name.type()) {
        case ServerCertificate.DNS -> host.matcher(name.value()).matches();
        case ServerCertificate.URI -> uri.matcher(name.value()).matches();
        case ServerCertificate.EMAIL -> email.matcher(name.value()).matches();
        default -> false;
      };
    }
  }
}
