package dev.fairlead.net.tls;

import dev.fairlead.config.Problem;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Who does the cryptography of TLS. BoringSSL takes less processor time than the JDK, and only it
 * can share the keys of tickets between members. Immutable; any thread.
 */
public enum TlsProvider {
  BORINGSSL(SslProvider.OPENSSL_REFCNT),
  JDK(SslProvider.JDK);

  private static final String RESOURCE = "/fairlead-version.properties";

  /**
   * Of the JDK, which reads it at its first handshake as a server. Each renegotiation costs the
   * server a handshake, and TLS 1.3 has none; BoringSSL refuses them by itself.
   */
  private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

  private final SslProvider netty;

  TlsProvider(SslProvider netty) {
    this.netty = netty;
  }

  /**
   * The provider that {@code wanted} means here. The first call loads the native library, which
   * blocks.
   *
   * @throws IllegalStateException if BoringSSL was asked for and cannot be loaded; its message
   *     names the key of the configuration
   */
  public static TlsProvider of(ProviderChoice wanted) {
    if (wanted == ProviderChoice.JDK) {
      return JDK;
    }
    if (OpenSsl.isAvailable()) {
      return BORINGSSL;
    }
    if (wanted == ProviderChoice.AUTO) {
      return JDK;
    }
    throw new IllegalStateException(
        "node.tlsProvider: openssl (expected: auto or jdk, because BoringSSL cannot be loaded here: "
            + Problem.reason(OpenSsl.unavailabilityCause())
            + ")",
        OpenSsl.unavailabilityCause());
  }

  /**
   * Has the JDK refuse clients that begin a second handshake, wherever this process is the server,
   * unless the command line says otherwise. To be called before the first handshake.
   */
  public static void refuseRenegotiation() {
    System.setProperty(NO_RENEGOTIATION, System.getProperty(NO_RENEGOTIATION, "true"));
  }

  SslProvider netty() {
    return netty;
  }

  /** Whether all members can seal tickets with the same keys. */
  public boolean sharesTicketKeys() {
    return this == BORINGSSL;
  }

  /**
   * As {@code BoringSSL by netty-tcnative 2.0.84, RSA by AWS-LC} or {@code JDK 17.0.15}. The first
   * call may load a native library, which blocks.
   */
  public String description() {
    if (this == JDK) {
      return "JDK "
          + Runtime.version().version().stream()
              .map(String::valueOf)
              .collect(Collectors.joining("."));
    }
    String boringssl = OpenSsl.versionString() + " by netty-tcnative " + nativeVersion();
    return RsaSigner.isAvailable() ? boringssl + ", RSA by AWS-LC" : boringssl;
  }

  /** As Maven wrote it into the jar: in the single jar that of the library is gone. */
  private static String nativeVersion() {
    try (InputStream in = TlsProvider.class.getResourceAsStream(RESOURCE)) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("netty-tcnative").replace(".Final", "");
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }
}
