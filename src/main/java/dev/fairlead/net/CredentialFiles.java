package dev.fairlead.net;

import dev.fairlead.config.Problem;
import dev.fairlead.net.tls.PrivateKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks files with certificates, keys and secrets before they are used, to name the configuration
 * key of a bad one. Blocks: any thread except event loops.
 *
 * @param source the configuration file, for problems
 */
public record CredentialFiles(String source) {

  /** The problem of a file that cannot be read, empty = it can. */
  public Optional<Problem> unreadable(String path, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      in.read();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(problem(path, file, Problem.readable(file, e)));
    }
  }

  /**
   * All problems of the PEM files of one TLS configuration.
   *
   * @param path of the configuration: {@code cluster.tls}
   * @param key must be the private key of {@code certificate}; not encrypted
   * @param ca null = there is none
   */
  public List<Problem> pem(String path, Path certificate, Path key, @Nullable Path ca) {
    List<Problem> problems = new ArrayList<>();
    boolean hasCertificate = addCertificates(path + ".certificate", certificate, problems);
    String keyPath = path + ".key";
    Optional<Problem> noKey = unreadable(keyPath, key);
    noKey.ifPresent(problems::add);
    if (ca != null) {
      addCertificates(path + ".ca", ca, problems);
    }
    if (hasCertificate && noKey.isEmpty() && !PrivateKeys.isPair(certificate, key)) {
      problems.add(problem(keyPath, key, "a PEM file with the certificate's private key"));
    }
    return problems;
  }

  /** The problem of a PEM file of certificates, empty = it can be used. */
  public Optional<Problem> certificates(String path, Path file) {
    List<Problem> problems = new ArrayList<>();
    addCertificates(path, file, problems);
    return problems.stream().findFirst();
  }

  private boolean addCertificates(String path, Path file, List<Problem> problems) {
    Optional<Problem> unreadable = unreadable(path, file);
    if (unreadable.isPresent()) {
      problems.add(unreadable.get());
      return false;
    }
    if (!hasCertificates(file)) {
      problems.add(problem(path, file, "a PEM file with certificates"));
      return false;
    }
    return true;
  }

  private static boolean hasCertificates(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return !CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty();
    } catch (CertificateException | IOException e) {
      return false;
    }
  }

  private Problem problem(String path, Path file, String expected) {
    return new Problem(source, 0, path, file + " (expected: " + expected + ")");
  }
}
