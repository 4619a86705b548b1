package dev.fairlead.config;

import java.time.Duration;
import java.util.Locale;

/**
 * How the backends of a pool are probed.
 *
 * @param interval from the start of a probe to the start of the next one
 * @param timeout of one probe
 * @param rise successes in a row until a backend that is down is up
 * @param fall failures in a row until a backend that is up is down
 * @param probers how many members probe a backend
 * @param port null = the backend's own
 * @param http what {@code type: http} asks for
 * @param expect what {@code type: expect} says and waits for
 */
public record HealthConfig(
    Type type,
    Duration interval,
    Duration timeout,
    int rise,
    int fall,
    int probers,
    Integer port,
    Http http,
    Expect expect) {
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
          Expect.NONE);

  /** What a probe does; the next line more than the one before. */
  public enum Type {
    /** There is no probe, and every backend counts as healthy. */
    NONE,
    /** A connection is made. */
    TCP,
    /** A TLS handshake is completed. */
    TLS,
    /** An HTTP/1.1 request is answered with a status that is expected. */
    HTTP,
    /** Bytes are said, and bytes that come back contain others. */
    EXPECT;

    /** As it is written in a configuration: {@code none}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An HTTP probe.
   *
   * @param path with its query, begins with a slash
   * @param host of the Host header; null = the backend's host and port
   */
  public record Http(String path, String host, StatusRanges status) {
    public static final Http DEFAULT = new Http("/", null, StatusRanges.DEFAULT);
  }

  /**
   * A probe by what is said.
   *
   * @param send null = nothing: the backend speaks first
   * @param receive must be among the first bytes that come; null only where the type is another
   */
  public record Expect(EscapedBytes send, EscapedBytes receive) {
    public static final Expect NONE = new Expect(null, null);
  }

  /** Whether anything is probed. */
  public boolean isOn() {
    return type != Type.NONE;
  }
}
