package dev.fairlead.config;

import java.time.Duration;

/** The records of {@code tls}. */
public final class TlsConfig {
  private TlsConfig() {}

  /**
   * How a listener treats TLS. Passing through is the only mode yet: the first message of the
   * client is read for the routes, and all bytes go to the backend as they came.
   *
   * @param helloTimeout from the accept, or the end of a PROXY header, until that message is
   *     complete
   * @param startTls what a client says before it begins TLS
   */
  public record ListenerTls(Duration helloTimeout, StartTls startTls) {
    public static final Duration DEFAULT_HELLO_TIMEOUT = Duration.ofSeconds(5);
  }

  /** A word of another protocol that comes before TLS. */
  public enum StartTls implements Labelled {
    NONE,
    /** PostgreSQL's SSLRequest is answered here. */
    POSTGRES
  }
}
