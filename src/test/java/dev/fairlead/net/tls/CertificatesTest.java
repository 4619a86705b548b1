package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.config.TlsConfig.CertificateSource;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestCa.Issued;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that certificates and keys are read in all usual forms, and that others are refused.
 * Provoked by files of the test's own authority and of openssl. A failure would be a listener that
 * does not start, or one that starts with a key that is not its certificate's.
 */
final class CertificatesTest {
  private static final TestCa CA = TestCa.root("Test CA");

  @TempDir private Path directory;

  @Test
  void aCertificateAndItsKeyMayBeInOneFile() throws Exception {
    Issued issued = CA.issue("a", "dns:a.example");
    Path file = write("a.pem", issued.pem());

    Certificates certificates = new Certificates();
    List<ServerCertificate> read = certificates.read(List.of(new CertificateFile(file, null)));

    assertThat(certificates.problems()).isEmpty();
    assertThat(read.get(0).leaf()).isEqualTo(issued.leaf());
    assertThat(read.get(0).toString()).doesNotContain("PrivateKey");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        "genrsa -traditional 2048",
        "ecparam -name prime256v1 -genkey",
        "ecparam -name secp384r1 -genkey -noout",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521",
        "genpkey -algorithm ED25519"
      })
  void readsTheKeysThatOpensslMakes(String command) throws Exception {
    assumeTrue(openssl("version") == 0, "openssl is not installed");
    Path key = directory.resolve("k.key");
    Path cert = directory.resolve("k.crt");
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(1, List.of("-out", key.toString()));
    assertThat(openssl(words.toArray(String[]::new))).isZero();
    assertThat(
            openssl(
                "req",
                "-x509",
                "-key",
                key.toString(),
                "-out",
                cert.toString(),
                "-subj",
                "/CN=k.example",
                "-days",
                "2"))
        .isZero();

    assertThat(problems(new CertificateFile(cert, key))).isEmpty();
  }

  @Test
  void refusesAnEncryptedKey() throws Exception {
    assumeTrue(openssl("version") == 0, "openssl is not installed");
    Path key = directory.resolve("e.key");
    assertThat(
            openssl("genrsa", "-aes128", "-passout", "pass:abcd", "-out", key.toString(), "2048"))
        .isZero();
    Path old = directory.resolve("old.key");
    assertThat(
            openssl(
                "rsa",
                "-in",
                key.toString(),
                "-passin",
                "pass:abcd",
                "-traditional",
                "-aes128",
                "-passout",
                "pass:abcd",
                "-out",
                old.toString()))
        .isZero();
    Path cert = write("e.pem", CA.issue("e").chainPem());

    assertThat(problems(new CertificateFile(cert, key)))
        .containsExactly(
            "certificates[0].key: " + key + " (expected: a private key that is not encrypted)");
    assertThat(problems(new CertificateFile(cert, old)))
        .containsExactly(
            "certificates[0].key: " + old + " (expected: a private key that is not encrypted)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void refusesTheKeyOfAnotherCertificate(String algorithm) throws Exception {
    int bits = algorithm.equals("EC") ? 256 : algorithm.equals("RSA") ? 2048 : 255;
    Instant later = Instant.now().plusSeconds(10_000);
    Issued one = CA.issue(TestCa.keys(algorithm, bits), later, "one");
    Issued other = CA.issue(TestCa.keys(algorithm, bits), later, "other");
    Path cert = write("one.pem", one.chainPem());
    Path key = write("other.key", other.keyPem());

    assertThat(problems(new CertificateFile(cert, key)))
        .containsExactly(
            "certificates[0].key: "
                + key
                + " (expected: the private key of the certificate in "
                + cert
                + ")");
  }

  @Test
  void refusesAChainInTheWrongOrder() throws Exception {
    Issued issued = CA.intermediate("Between").issue("leaf", "dns:leaf.example");
    String leaf = new Issued(issued.chain().subList(0, 1), issued.key()).chainPem();
    String issuer = new Issued(issued.chain().subList(1, 2), issued.key()).chainPem();
    Path reversed = write("reversed.pem", issuer + leaf + issued.keyPem());
    Path foreign = write("foreign.pem", leaf + CA.issue("x").chainPem() + issued.keyPem());
    Path right = write("right.pem", leaf + issuer + CA.pem() + issued.keyPem());

    assertThat(problems(new CertificateFile(reversed, null)))
        .singleElement()
        .asString()
        .contains("reversed.pem (expected: the certificate of the key first, then its issuers)");
    assertThat(problems(new CertificateFile(foreign, null)))
        .singleElement()
        .asString()
        .contains("(expected: each certificate followed by its issuer, but: not number 1)");
    assertThat(problems(new CertificateFile(right, null))).isEmpty();
  }

  @Test
  void aDirectoryGivesItsPemFilesInOrderAndTheSecretOfKubernetes() throws Exception {
    write("b.pem", CA.issue("b", "dns:b.example").pem());
    write("a.pem", CA.issue("a", "dns:a.example").pem());
    write(".a.pem.part", "half");
    write(".hidden.pem", "half");
    Issued secret = CA.issue("s", "dns:s.example");
    write("tls.crt", secret.chainPem());
    write("tls.key", secret.keyPem());
    Certificates certificates = new Certificates();

    List<ServerCertificate> read = certificates.read(List.of(new CertificateDirectory(directory)));

    assertThat(certificates.problems()).isEmpty();
    assertThat(read)
        .extracting(one -> one.names().get(0))
        .containsExactly("s.example", "a.example", "b.example");
  }

  @Test
  void refusesFilesThatAreNoCertificates() throws Exception {
    Path empty = write("empty.pem", "");
    Path half = write("half.pem", CA.issue("h").pem().substring(0, 200));
    Path broken =
        write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    Path noKey = write("nokey.pem", CA.issue("n").chainPem());
    Path large = write("large.pem", "x".repeat(PemFile.MAX_BYTES + 1));
    Path none = directory.resolve("none.pem");
    Path sub = Files.createDirectory(directory.resolve("sub"));

    assertThat(problem(empty)).endsWith("empty.pem (expected: a PEM file with certificates)");
    assertThat(problem(half)).endsWith("half.pem (expected: a PEM file with certificates)");
    assertThat(problem(broken))
        .endsWith("broken.pem (expected: a PEM file whose certificates can be read)");
    assertThat(problem(noKey))
        .endsWith("(expected: a PEM file with the private key of the certificate)");
    assertThat(problem(large)).endsWith("large.pem (expected: a PEM file of at most 1 MiB)");
    assertThat(problem(none)).endsWith("none.pem (expected: a file that can be read)");
    assertThat(problem(sub)).endsWith("but: it is a directory)");
    assertThat(problems(new CertificateDirectory(sub)))
        .singleElement()
        .asString()
        .startsWith("certificates[0].directory: ")
        .endsWith("(expected: a directory with *.pem or with tls.crt and tls.key)");
  }

  @Test
  void aProblemNeverShowsAKey() throws Exception {
    Issued issued = CA.issue("n");
    String key = issued.keyPem();
    Path file = write("cut.pem", issued.chainPem() + key.substring(0, 60) + key.substring(70));

    assertThat(problem(file)).doesNotContain(key.substring(30, 60)).contains("as PKCS#8");
  }

  @Test
  void theCommonNameCountsOnlyWithoutAlternativeNames() {
    assertThat(ServerCertificate.namesOf(CA.issue("Old.Example").leaf()))
        .containsExactly("old.example");
    assertThat(
            ServerCertificate.namesOf(
                CA.issue("old.example", "dns:New.example", "dns:*.new.example", "ip:10.0.0.1")
                    .leaf()))
        .containsExactly("new.example", "*.new.example", "10.0.0.1");
    assertThat(ServerCertificate.namesOf(CA.issue("old.example", "email:a@b.example").leaf()))
        .isEmpty();
  }

  @Test
  void theDigestChangesWithAnyFile() throws Exception {
    Path file = write("a.pem", CA.issue("a").pem());
    String before = digest(file);

    assertThat(digest(file)).isEqualTo(before);
    Files.writeString(file, CA.issue("a").pem());
    assertThat(digest(file)).isNotEqualTo(before);
  }

  private static String digest(Path file) {
    Certificates certificates = new Certificates();
    certificates.read(List.of(new CertificateFile(file, null)));
    return certificates.digest();
  }

  private static String problem(Path file) {
    List<String> problems = problems(new CertificateFile(file, null));
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  private static List<String> problems(CertificateSource source) {
    Certificates certificates = new Certificates();
    certificates.read(List.of(source));
    return certificates.problems().stream()
        .map(problem -> problem.in("f", "").toString().replaceFirst("^f: \\.", ""))
        .toList();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static int openssl(String... words) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)
          ? process.exitValue()
          : -1;
    } catch (IOException e) {
      return -1;
    }
  }
}
