package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.Terminate;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What was read from the files of one {@code listeners[].tls}. Immutable.
 *
 * @param authorities that sign the certificates of clients; empty = no client is asked for one
 * @param clientsDigest of all that decides which clients may come in
 * @param digest of all files
 */
record ListenerFiles(
    List<ServerCertificate> certificates,
    List<X509Certificate> authorities,
    List<X509CRL> revoked,
    String clientsDigest,
    String digest,
    List<TlsProblem> problems) {

  /** Reads all files of {@code tls}, as far as they can be read; blocks. */
  static ListenerFiles read(Terminate tls) {
    Certificates files = new Certificates();
    List<ServerCertificate> certificates = files.read(tls.certificates());
    List<TlsProblem> problems = new ArrayList<>(files.problems());
    List<X509Certificate> authorities = new ArrayList<>();
    List<X509CRL> revoked = new ArrayList<>();
    MessageDigest clients = Certificates.sha256();
    try {
      if (tls.clientCa() != null) {
        PemFile ca = files.pem("clientCa", tls.clientCa());
        authorities.addAll(ca.certificates());
        clients.update(ca.digest().getBytes(UTF_8));
      } else if (tls.clientAuth() != ClientAuth.NONE) {
        problems.add(
            new TlsProblem(
                "clientCa", "null", "a file, because clients are asked for certificates"));
      }
      if (tls.clientCrl() != null) {
        PemFile crl = files.pem("clientCrl", tls.clientCrl());
        revoked.addAll(crl.revocationLists());
        clients.update(crl.digest().getBytes(UTF_8));
      }
    } catch (TlsProblem e) {
      problems.add(e);
    }
    clients.update(tls.clientNames().toString().getBytes(UTF_8));
    return new ListenerFiles(
        certificates,
        List.copyOf(authorities),
        List.copyOf(revoked),
        HexFormat.of().formatHex(clients.digest()),
        files.digest(),
        List.copyOf(problems));
  }

  /** Which clients may come in with these files. */
  ClientTrust clients(List<String> names) throws GeneralSecurityException {
    return authorities.isEmpty() ? ClientTrust.NOBODY : ClientTrust.of(authorities, revoked, names);
  }
}
