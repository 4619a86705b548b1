package dev.fairlead.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How members probe the backends of a pool.
 *
 * @param interval from the start of a probe to the start of the next one
 * @param timeout of one probe
 * @param rise successes in a row until a backend that is down is up
 * @param fall failures in a row until a backend that is up is down
 * @param probers number of members that probe each backend
 * @param port null = the port that sessions use
 * @param http request and response of {@code type: http}
 * @param expect the bytes of {@code type: expect}
 * @param end how the connection of a probe that passed ends
 */
public record HealthConfig(
    Type type,
    Duration interval,
    Duration timeout,
    int rise,
    int fall,
    int probers,
    @Nullable Integer port,
    Http http,
    Expect expect,
    End end) {
  public static final HealthConfig NONE =
      new HealthConfig(
          Type.NONE,
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          2,
          3,
          2,
          null,
          Http.DEFAULT,
          Expect.NONE,
          HealthConfig.End.RST);

  /** What a probe checks; each type checks more than the one before. */
  public enum Type implements Labelled {
    /** No probes: every backend counts as healthy. */
    NONE,
    /** A connection is established. */
    TCP,
    /** A TLS handshake is completed. */
    TLS,
    /** An HTTP/1.1 request is answered with a status that is expected. */
    HTTP,
    /** Bytes are sent, and the answer contains the expected bytes. */
    EXPECT
  }

  /**
   * An HTTP probe.
   *
   * @param path with its query, begins with a slash
   * @param host of the Host header; null = the backend's host and port
   */
  public record Http(String path, @Nullable String host, StatusRanges status) {
    public static final Http DEFAULT = new Http("/", null, StatusRanges.DEFAULT);
  }

  /**
   * A probe that sends and expects bytes.
   *
   * @param send null = none: the backend sends first
   * @param receive must be among the first bytes received; null only with another type
   */
  public record Expect(@Nullable EscapedBytes send, @Nullable EscapedBytes receive) {
    public static final Expect NONE = new Expect(null, null);
  }

  /** How the connection of a probe that passed ends; one that failed is reset. */
  public enum End implements Labelled {
    /** A reset: no port waits for the end of TIME_WAIT. */
    RST,
    /** A FIN, as a client ends: the backend logs no error. */
    FIN
  }

  /** Whether backends are probed. */
  public boolean isOn() {
    return type != Type.NONE;
  }
}
