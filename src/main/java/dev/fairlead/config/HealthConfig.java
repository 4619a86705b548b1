package dev.fairlead.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How members probe the backends of a pool.
 *
 * @param interval from the start of a probe to the start of the next one
 * @param fastInterval the same while the last probes contradict the verdict; null = as otherwise
 * @param downInterval the same while the backend is down, null = {@code interval}
 * @param timeout of one probe
 * @param rise successes in a row until a backend that is down is up
 * @param fall failures in a row until a backend that is up is down
 * @param probers number of members that probe each backend
 * @param port null = the port that sessions use
 * @param http request and response of {@code type: http}
 * @param expect what is said and heard with {@code type: expect}, in order
 * @param end how the connection of a probe that passed ends
 */
public record HealthConfig(
    Type type,
    Duration interval,
    @Nullable Duration fastInterval,
    @Nullable Duration downInterval,
    Duration timeout,
    int rise,
    int fall,
    int probers,
    @Nullable Integer port,
    Http http,
    List<ExpectStep> expect,
    End end) {
  public static final HealthConfig NONE =
      new HealthConfig(
          Type.NONE,
          Duration.ofSeconds(2),
          null,
          null,
          Duration.ofSeconds(1),
          2,
          3,
          2,
          null,
          Http.DEFAULT,
          List.of(),
          HealthConfig.End.RST);

  public HealthConfig {
    expect = List.copyOf(expect);
  }

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
    /** Bytes are sent and others are received, step by step. */
    EXPECT
  }

  /**
   * An HTTP probe.
   *
   * @param path with its query, begins with a slash
   * @param host of the Host header; null = the backend's host and port
   * @param headers further ones, in order; no Host and none that frames a body
   * @param body what the body must contain, null = it is not read
   */
  public record Http(
      String method,
      String path,
      @Nullable String host,
      Map<String, String> headers,
      StatusRanges status,
      @Nullable LinearPattern body) {
    public static final Http DEFAULT =
        new Http("GET", "/", null, Map.of(), StatusRanges.DEFAULT, null);

    public Http {
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }
  }

  /**
   * One step of an {@code expect} probe.
   *
   * @param text {@link EscapedBytes}, or a {@link LinearPattern} with {@link
   *     Action#RECEIVE_PATTERN}
   */
  public record ExpectStep(Action action, String text) {
    /** What a step does. */
    public enum Action {
      SEND("send"),
      RECEIVE("receive"),
      RECEIVE_PATTERN("receivePattern");

      private final String key;

      Action(String key) {
        this.key = key;
      }

      /** Its key in a configuration. */
      public String key() {
        return key;
      }
    }

    /** Whether it waits for the backend. */
    public boolean receives() {
      return action != Action.SEND;
    }
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
