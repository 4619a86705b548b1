package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of one PEM file (RFC 7468): certificates, private keys, lists of revoked certificates.
 * Text around the blocks is skipped. Immutable.
 *
 * @param key of the configuration, for problems
 * @param digest of the whole file, in hexadecimal digits
 */
record PemFile(String key, Path file, String digest, List<PemBlock> blocks) {
  /** A chain or a bundle of authorities has a few hundred KiB at most. */
  static final int MAX_BYTES = 1 << 20;

  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----");

  /** Headers of RFC 1421 stand only before keys, and say how a key is encrypted. */
  private static final String ENCRYPTED_HEADER = "Proc-Type:";

  /** The label, and the text between its lines. */
  record PemBlock(String label, String body) {}

  /** Reads {@code file}; blocks. */
  static PemFile read(String key, Path file) throws TlsProblem {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw TlsProblem.unreadable(key, file, e);
    }
    if (content.length > MAX_BYTES) {
      throw new TlsProblem(key, file, "a PEM file of at most 1 MiB");
    }
    String digest = HexFormat.of().formatHex(Certificates.sha256().digest(content));
    return new PemFile(key, file, digest, blocks(new String(content, ISO_8859_1)));
  }

  /** Up to the first block that has no end. */
  private static List<PemBlock> blocks(String text) {
    List<PemBlock> blocks = new ArrayList<>();
    Matcher begin = BEGIN.matcher(text);
    int from = 0;
    while (begin.find(from)) {
      String label = begin.group(1);
      String endLine = "-----END " + label + "-----";
      int end = text.indexOf(endLine, begin.end());
      if (end < 0) {
        break;
      }
      blocks.add(new PemBlock(label, text.substring(begin.end(), end)));
      from = end + endLine.length();
    }
    return List.copyOf(blocks);
  }

  /** All certificates, at least one, in the order of the file. */
  List<X509Certificate> certificates() throws TlsProblem {
    List<X509Certificate> found = new ArrayList<>();
    for (PemBlock block : blocks) {
      if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
        found.add(certificate(block));
      }
    }
    if (found.isEmpty()) {
      throw problem("a PEM file with certificates");
    }
    return List.copyOf(found);
  }

  private X509Certificate certificate(PemBlock block) throws TlsProblem {
    try {
      return (X509Certificate)
          x509().generateCertificate(new ByteArrayInputStream(decode(block.body())));
    } catch (CertificateException | IllegalArgumentException e) {
      throw problem("a PEM file whose certificates can be read");
    }
  }

  /** All lists of revoked certificates, at least one. */
  List<X509CRL> revocationLists() throws TlsProblem {
    List<X509CRL> found = new ArrayList<>();
    for (PemBlock block : blocks) {
      if (block.label().equals("X509 CRL")) {
        found.add(revocationList(block));
      }
    }
    if (found.isEmpty()) {
      throw problem("a PEM file with lists of revoked certificates (X509 CRL)");
    }
    return List.copyOf(found);
  }

  private X509CRL revocationList(PemBlock block) throws TlsProblem {
    try {
      return (X509CRL) x509().generateCRL(new ByteArrayInputStream(decode(block.body())));
    } catch (CRLException | CertificateException | IllegalArgumentException e) {
      throw problem("a PEM file whose lists of revoked certificates can be read");
    }
  }

  /** The only private key of the file. */
  PrivateKey privateKey() throws TlsProblem {
    List<PemBlock> keys = blocks.stream().filter(b -> b.label().endsWith("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw problem(
          "a PEM file with "
              + (keys.isEmpty()
                  ? "the private key of the certificate"
                  : "one private key, but: " + keys.size()));
    }
    PemBlock block = keys.get(0);
    if (block.label().startsWith("ENCRYPTED") || block.body().contains(ENCRYPTED_HEADER)) {
      throw problem("a private key that is not encrypted");
    }
    try {
      return PrivateKeys.parse(block.label(), decode(block.body()));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The message of the cause may show parts of the key.
      throw problem("a private key of RSA, EC or Ed25519 as PKCS#8, PKCS#1 or SEC 1");
    }
  }

  private static byte[] decode(String body) {
    return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
  }

  private static CertificateFactory x509() throws CertificateException {
    return CertificateFactory.getInstance("X.509");
  }

  private TlsProblem problem(String expected) {
    return new TlsProblem(key, file, expected);
  }

  @Override
  public String toString() {
    return "PemFile[" + file + "]";
  }
}
