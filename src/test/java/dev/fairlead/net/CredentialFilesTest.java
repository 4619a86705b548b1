package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Problem;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a key that is not its certificate's is refused before the start. Provoked by files
 * of one test authority. A failure would be a member that starts and fails every handshake.
 */
final class CredentialFilesTest {
  private static final CredentialFiles FILES = new CredentialFiles("f");
  private static final TestCa CA = TestCa.root("Test CA");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void takesACertificateAndItsKey(String algorithm) throws Exception {
    PemFiles right = issue("right", algorithm);

    assertThat(FILES.pem("node.admin.tls", right.certificate(), right.key(), null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void refusesTheKeyOfAnotherCertificate(String algorithm) throws Exception {
    PemFiles one = issue("one", algorithm);
    PemFiles other = issue("other", algorithm);

    assertThat(FILES.pem("node.admin.tls", one.certificate(), other.key(), null))
        .extracting(Problem::toString)
        .containsExactly(
            "f: node.admin.tls.key: "
                + other.key()
                + " (expected: a PEM file with the certificate's private key)");
  }

  @Test
  void refusesAFileWithoutAKey() throws Exception {
    PemFiles one = issue("one", "EC");
    Path none = Files.writeString(directory.resolve("none.key"), "no key");

    assertThat(FILES.pem("cluster.tls", one.certificate(), none, one.certificate()))
        .extracting(Problem::path)
        .containsExactly("cluster.tls.key");
  }

  private PemFiles issue(String name, String algorithm) throws Exception {
    return CA.issue(
            TestCa.keys(algorithm, algorithm.equals("EC") ? 256 : 2048),
            Instant.now().plusSeconds(100_000),
            name)
        .write(directory, name);
  }
}
