package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.config.TlsConfig.TlsVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Ensures that BoringSSL is used where it is there. Provoked by asking for each choice. A failure
 * would be a member that uses the JDK without a word.
 */
final class TlsProviderTest {

  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void autoIsBoringSslOnLinux() {
    assertThat(TlsProvider.of(ProviderChoice.AUTO)).isEqualTo(TlsProvider.BORINGSSL);
    assertThat(TlsProvider.of(ProviderChoice.OPENSSL)).isEqualTo(TlsProvider.BORINGSSL);
    assertThat(TlsProvider.BORINGSSL.description())
        .matches("BoringSSL by netty-tcnative \\d+\\.\\d+\\.\\d+(, RSA by AWS-LC)?");
  }

  @Test
  void theJdkIsUsedWhenItIsAskedFor() {
    assertThat(TlsProvider.of(ProviderChoice.JDK)).isEqualTo(TlsProvider.JDK);
    assertThat(TlsProvider.JDK.description()).matches("JDK \\d+(\\.\\d+)*");
  }

  @Test
  void versionsAreWrittenAsTheLibrariesDo() {
    assertThat(TlsVersion.TLS_1_2.label()).isEqualTo("TLSv1.2");
    assertThat(TlsVersion.TLS_1_3.label()).isEqualTo("TLSv1.3");
  }
}
