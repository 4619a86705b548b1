package dev.fairlead.net.tls;

import io.netty.handler.ssl.CipherSuiteConverter;
import io.netty.handler.ssl.OpenSsl;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Ciphers of TLS 1.2 by their names in OpenSSL. Those of TLS 1.3 are always added, because
 * BoringSSL lets nobody choose among them. Any thread.
 */
final class CipherNames {
  private static final List<String> TLS_1_3 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  private CipherNames() {}

  /** The ciphers of {@code names} that this provider does not have for TLS 1.2. */
  static List<String> unknown(TlsProvider provider, List<String> names) {
    return names.stream().filter(name -> !isKnown(provider, name)).toList();
  }

  private static boolean isKnown(TlsProvider provider, String name) {
    String java = java(name);
    if (java == null || TLS_1_3.contains(java)) {
      return false;
    }
    return provider == TlsProvider.JDK
        ? OfJdk.SUPPORTED.contains(java)
        : OpenSsl.isCipherSuiteAvailable(java);
  }

  /** As the JDK and Netty call them; those of TLS 1.3 first. Null = the provider's own. */
  static @Nullable List<String> enabled(List<String> names) {
    if (names.isEmpty()) {
      return null;
    }
    List<String> enabled = new ArrayList<>(TLS_1_3);
    for (String name : names) {
      String java = java(name);
      if (java != null) {
        enabled.add(java);
      }
    }
    return enabled;
  }

  private static @Nullable String java(String name) {
    return CipherSuiteConverter.toJava(name, "TLS");
  }

  /** Loaded when first needed. */
  private static final class OfJdk {
    static final Set<String> SUPPORTED = supported();

    private static Set<String> supported() {
      try {
        return Set.copyOf(
            Arrays.asList(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites()));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has a default context", e);
      }
    }
  }
}
