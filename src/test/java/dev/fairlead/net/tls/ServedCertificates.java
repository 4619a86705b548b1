package dev.fairlead.net.tls;

import dev.fairlead.testkit.TestCa;
import java.nio.file.Path;
import java.time.Instant;

/** Certificates of listeners for tests outside this package, as if read from {@code /certs}. */
public final class ServedCertificates {
  private static final TestCa CA = TestCa.root("Test CA");

  private ServedCertificates() {}

  /** {@code names} as of {@link TestCa#issue(String, String...)}. */
  public static ListenerCertificate of(
      String listener, Instant notAfter, String commonName, String... names) {
    TestCa.Issued issued = CA.issue(TestCa.keys("EC", 256), notAfter, commonName, names);
    Path file = Path.of("/certs", commonName + ".pem");
    return new ListenerCertificate(
        listener, ServerCertificate.of(file, issued.chain(), issued.key()));
  }
}
