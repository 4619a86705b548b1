package dev.fairlead.cluster.node;

import dev.fairlead.config.ClusterConfig.ClusterTls;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLException;

/** Reads the files of {@code cluster.tls} once before the start, to name the one that is bad. */
final class BusCertificates {
  private BusCertificates() {}

  /**
   * @throws ClusterException with the key whose file can't be used
   */
  static void check(ClusterTls tls) {
    readable("cluster.tls.certificate", tls.certificate());
    readable("cluster.tls.key", tls.key());
    readable("cluster.tls.ca", tls.ca());
    certificates("cluster.tls.certificate", tls.certificate());
    certificates("cluster.tls.ca", tls.ca());
    try {
      SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile()).build();
    } catch (IllegalArgumentException | SSLException e) {
      throw ClusterException.expected(
          "cluster.tls.key", tls.key(), "a PEM file with the certificate's private key", e);
    }
  }

  private static void readable(String path, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw ClusterException.expected(path, file, "a file that can be read", null);
    }
  }

  private static void certificates(String path, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
        return;
      }
    } catch (CertificateException | IOException e) {
      throw ClusterException.expected(path, file, "a PEM file with certificates", e);
    }
    throw ClusterException.expected(path, file, "a PEM file with certificates", null);
  }
}
