package dev.fairlead.net.tls;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What routing and logs need of a ClientHello. Immutable. All of it is the client's claim, sent in
 * the clear.
 *
 * @param serverName in its normal form (see {@link dev.fairlead.config.ServerNames}); null = the
 *     client named none. With encrypted ClientHello it is the outer name, that of the provider
 * @param alpn the offered protocols in the client's order, empty = none. Any bytes, one a
 *     character: to be escaped where they are shown
 * @param version the highest version offered, in the JDK's words: {@code TLSv1.3}
 * @param encrypted whether it has an encrypted ClientHello inside, or pretends to (GREASE)
 */
public record ClientHello(
    @Nullable String serverName, List<String> alpn, String version, boolean encrypted) {

  public ClientHello {
    alpn = List.copyOf(alpn);
  }
}
