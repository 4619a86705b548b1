package dev.fairlead.net.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/**
 * A certificate that is shown to clients, with its private key, which is never printed. Immutable.
 *
 * @param file it was read from
 * @param chain the certificate itself, then its issuers in order
 * @param names see {@link #namesOf}
 */
public record ServerCertificate(
    Path file, List<X509Certificate> chain, PrivateKey key, List<String> names) {
  /** General names of RFC 5280, 4.2.1.6. */
  static final int EMAIL = 1;

  static final int DNS = 2;
  static final int URI = 6;
  static final int IP = 7;

  static ServerCertificate of(Path file, List<X509Certificate> chain, PrivateKey key) {
    return new ServerCertificate(file, List.copyOf(chain), key, namesOf(chain.get(0)));
  }

  /** The certificate itself. */
  public X509Certificate leaf() {
    return chain.get(0);
  }

  public Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }

  /**
   * One name for people and metrics: the first DNS name, else the common name, else the first IP
   * address, else the whole subject.
   */
  public String title() {
    return alternativeNames(leaf()).stream()
        .filter(name -> name.type() == DNS)
        .map(name -> name.value().toLowerCase(Locale.ROOT))
        .findFirst()
        .or(() -> commonName(leaf()))
        .or(() -> names.stream().findFirst())
        .orElseGet(() -> leaf().getSubjectX500Principal().getName());
  }

  /**
   * The hosts a certificate is for, in lower case: DNS names, some with an asterisk for their first
   * label, and IP addresses; its common name only if it has no alternative names at all.
   */
  static List<String> namesOf(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    boolean alternative = false;
    for (AlternativeName name : alternativeNames(certificate)) {
      alternative = true;
      if (name.type() == DNS || name.type() == IP) {
        names.add(name.value().toLowerCase(Locale.ROOT));
      }
    }
    if (!alternative) {
      commonName(certificate).ifPresent(name -> names.add(name.toLowerCase(Locale.ROOT)));
    }
    return names.stream().distinct().toList();
  }

  /** One name of a certificate; those that are no text are left out. */
  record AlternativeName(int type, String value) {}

  static List<AlternativeName> alternativeNames(X509Certificate certificate) {
    List<AlternativeName> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        if (name.get(0) instanceof Integer type && name.get(1) instanceof String value) {
          names.add(new AlternativeName(type, value));
        }
      }
    } catch (CertificateParsingException e) {
      return List.of(); // names that cannot be read are none
    }
    return names;
  }

  static Optional<String> commonName(X509Certificate certificate) {
    try {
      // From the most specific part on, which is the last one of the list.
      List<javax.naming.ldap.Rdn> parts =
          new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
      for (int i = parts.size() - 1; i >= 0; i--) {
        if (parts.get(i).getType().equalsIgnoreCase("CN")
            && parts.get(i).getValue() instanceof String name) {
          return Optional.of(name);
        }
      }
      return Optional.empty();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "ServerCertificate[" + file + ", " + names + "]";
  }
}
