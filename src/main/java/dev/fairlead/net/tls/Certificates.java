package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.config.TlsConfig.CertificateSource;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates with their keys, and remembers a digest of all that it has read, so that a
 * caller can tell whether another reading would give the same. One reading each, by one worker
 * thread: blocks.
 */
final class Certificates {
  private final MessageDigest digest = sha256();
  private final List<TlsProblem> problems = new ArrayList<>();

  /** All certificates of {@code sources}, in order; those with problems are left out. */
  List<ServerCertificate> read(List<CertificateSource> sources) {
    List<ServerCertificate> all = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      String key = "certificates[" + i + "]";
      if (sources.get(i) instanceof CertificateFile one) {
        tryAdd(key + ".cert", one.cert(), key + ".key", one.key(), all);
      } else if (sources.get(i) instanceof CertificateDirectory directory) {
        addDirectory(key + ".directory", directory.directory(), all);
      }
    }
    return List.copyOf(all);
  }

  /** What was wrong so far; empty = nothing. */
  List<TlsProblem> problems() {
    return List.copyOf(problems);
  }

  /** Of the contents of all files read so far, and of their order, in hexadecimal digits. */
  String digest() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the digests of the JDK can be cloned", e);
    }
  }

  private void addDirectory(String path, Path directory, List<ServerCertificate> all) {
    Set<Path> files = new TreeSet<>();
    try (DirectoryStream<Path> listed = Files.newDirectoryStream(directory, "*.pem")) {
      listed.forEach(file -> addVisible(file, files));
    } catch (IOException e) {
      problems.add(TlsProblem.unreadable(path, directory, e));
      return;
    }
    Path secret = directory.resolve("tls.crt");
    if (Files.exists(secret)) {
      tryAdd(path, secret, path, directory.resolve("tls.key"), all);
    } else if (files.isEmpty()) {
      problems.add(
          new TlsProblem(path, directory, "a directory with *.pem or with tls.crt and tls.key"));
    }
    files.forEach(file -> tryAdd(path, file, path, null, all));
  }

  /** A hidden file is one that is still being written, as of rsync. */
  private static void addVisible(Path file, Set<Path> files) {
    if (!file.getFileName().toString().startsWith(".")) {
      files.add(file);
    }
  }

  private void tryAdd(
      String certPath, Path cert, String keyPath, @Nullable Path key, List<ServerCertificate> all) {
    try {
      all.add(pair(certPath, cert, keyPath, key));
    } catch (TlsProblem e) {
      problems.add(e);
    }
  }

  /**
   * A certificate and its key.
   *
   * @param key null = it is in {@code cert}
   */
  ServerCertificate pair(String certPath, Path cert, String keyPath, @Nullable Path key)
      throws TlsProblem {
    PemFile certificates = pem(certPath, cert);
    List<X509Certificate> chain = certificates.certificates();
    PemFile keys = key == null ? certificates : pem(keyPath, key);
    PrivateKey privateKey = keys.privateKey();
    if (!PrivateKeys.isPair(chain.get(0).getPublicKey(), privateKey)) {
      boolean later =
          chain.stream().anyMatch(one -> PrivateKeys.isPair(one.getPublicKey(), privateKey));
      throw later
          ? new TlsProblem(certPath, cert, "the certificate of the key first, then its issuers")
          : new TlsProblem(
              keys.key(), keys.file(), "the private key of the certificate in " + cert);
    }
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!isIssuedBy(chain.get(i), chain.get(i + 1))) {
        throw new TlsProblem(
            certPath, cert, "each certificate followed by its issuer, but: not number " + (i + 1));
      }
    }
    return ServerCertificate.of(cert, chain, privateKey);
  }

  private static boolean isIssuedBy(X509Certificate one, X509Certificate issuer) {
    return one.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
  }

  /** A PEM file, counted in the digest. */
  PemFile pem(String path, Path file) throws TlsProblem {
    PemFile pem = PemFile.read(path, file);
    digest.update(pem.digest().getBytes(UTF_8));
    return pem;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
