package dev.fairlead.config;

import java.time.Duration;
import java.util.List;

/** The records of {@code proxyProtocol}: headers that name the client behind another proxy. */
public final class ProxyProtocolConfig {
  private ProxyProtocolConfig() {}

  /**
   * How a listener reads headers.
   *
   * @param required whether a client without a header is refused; else it is served as it is
   * @param trusted who may send one, empty = everyone
   * @param timeout from the accept until the header is complete
   * @param maxTlvBytes of the extensions of version 2; a longer header is refused
   */
  public record AcceptProxy(
      boolean required, List<Cidr> trusted, Duration timeout, int maxTlvBytes) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    /**
     * A higher value lets a sender that is only trusted to name addresses take more memory for each
     * connection; a lower one refuses headers with certificates or many fields. HAProxy takes
     * values of 1 KiB, nginx headers of 4 KiB.
     */
    public static final int DEFAULT_TLV_BYTES = 4 * 1024;

    /** The format's own limit: a length of 16 bits, the longest addresses included. */
    public static final int MOST_TLV_BYTES = 0xFFFF;

    /** A client without a header is served. */
    public static final AcceptProxy DEFAULT =
        new AcceptProxy(false, List.of(), DEFAULT_TIMEOUT, DEFAULT_TLV_BYTES);

    public AcceptProxy {
      trusted = List.copyOf(trusted);
    }
  }

  /**
   * The header that each connection to a backend begins with. All but {@code version} is of version
   * 2.
   *
   * @param crc32c whether it has a checksum
   * @param uniqueId whether it has the id of the session
   * @param ssl whether it tells of the client's TLS connection, if there is one
   * @param authority whether it has the name that the client asked for by TLS, if there is one
   * @param passThrough whether the extensions of the client's own header are passed on
   */
  public record SendProxy(
      Version version,
      boolean crc32c,
      boolean uniqueId,
      boolean ssl,
      boolean authority,
      boolean passThrough) {

    /** The header that the version alone means. */
    public static SendProxy of(Version version) {
      return new SendProxy(version, false, false, false, true, true);
    }
  }

  /** The versions of the header. */
  public enum Version implements Labelled {
    V1,
    V2
  }
}
