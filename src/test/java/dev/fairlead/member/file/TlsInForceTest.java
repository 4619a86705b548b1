package dev.fairlead.member.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.MemberView.TlsStatus;
import dev.fairlead.admin.MemberView.UnusableFiles;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.config.TlsConfig.StartTls;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.net.tls.TlsProvider;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that people see the certificates in use, and why newer files are not. Provoked with
 * configurations put in force by hand, and files that are overwritten. A failure would look like a
 * renewed certificate that nobody notices not to be in use.
 */
class TlsInForceTest {
  private static final TestCa CA = TestCa.root("Test CA");

  @TempDir private Path directory;
  private final TlsInForce tls =
      new TlsInForce(ProviderChoice.JDK, List.of(), InstantSource.system());

  private void putInForce(ListenerConfig... listeners) {
    FairleadConfig config =
        new FairleadConfig(
            NodeConfig.DEFAULT, ClusterConfig.DEFAULT, List.of(listeners), List.of());
    tls.inForce(tls.read(config));
  }

  private ListenerConfig listener(String name) throws IOException {
    PemFiles files = CA.issue(name, "dns:" + name + ".example").write(directory, name);
    Terminate terminate =
        new Terminate(
            List.of(new CertificateFile(files.certificate(), files.key())),
            ClientAuth.NONE,
            null,
            null,
            List.of(),
            TlsVersion.TLS_1_2,
            List.of(),
            List.of(),
            Tickets.CLUSTER,
            Terminate.DEFAULT_HANDSHAKE_TIMEOUT);
    return new ListenerConfig(
        name,
        BindAddress.ip("127.0.0.1", 0),
        1,
        null,
        List.of(),
        ListenerConfig.AccessConfig.EVERYONE,
        null,
        new ListenerTls(Duration.ofSeconds(5), StartTls.NONE, terminate),
        new ListenerConfig("any", BindAddress.ip("127.0.0.1", 0), 1, "any").limits(),
        ListenerConfig.ListenerState.ENABLED);
  }

  private List<String> shown() {
    return tls.certificates().stream()
        .map(each -> each.listener() + " " + each.certificate().title())
        .toList();
  }

  @Test
  void certificatesAreSortedByTheirListeners() throws IOException {
    putInForce(listener("web"), listener("api"));
    assertThat(shown()).containsExactly("api api.example", "web web.example");
    putInForce(listener("web"));
    assertThat(shown()).containsExactly("web web.example");
  }

  @Test
  @Logs("listener web: the certificates of before stay in use: certificates[0].cert: ")
  void filesThatCannotBeUsedAreNamedUntilTheyCan() throws IOException {
    putInForce(listener("web"));
    Path file = directory.resolve("web.pem");
    String whole = Files.readString(file);
    Files.writeString(file, "half");
    tls.check();
    tls.check();
    assertThat(tls.unusable())
        .containsExactly(
            new UnusableFiles(
                "web",
                null,
                "certificates[0].cert: " + file + " (expected: a PEM file with certificates)"));
    assertThat(shown()).containsExactly("web web.example");
    Files.writeString(file, whole);
    tls.check();
    assertThat(tls.unusable()).isEmpty();
  }

  @Test
  void statusTellsTheProviderOnlyWhereTlsIsUsed() throws IOException {
    assertThat(tls.status()).isEmpty();
    putInForce(listener("web"));
    assertThat(tls.status())
        .contains(
            new TlsStatus(
                TlsProvider.JDK.description(),
                List.of(
                    "listener web: tickets: cluster acts as member, because the JDK cannot share"
                        + " their keys")));
  }
}
