package dev.fairlead.config;

import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import dev.fairlead.config.TlsConfig.BackendTls;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends and how sessions use them.
 *
 * @param name unique among the pools
 * @param backends may be empty: every client then gets {@code noBackend}
 * @param discovery source of further backends, null = none
 * @param outlier when a backend is ejected for its failures, null = never
 * @param slowStart time in which a new or recovered backend grows to its full share; zero = it has
 *     its full share at once
 * @param limits of sessions at one time
 * @param proxyProtocol the header that connections to backends begin with, null = none
 * @param tls to the backends, null = in clear
 * @param closing of live sessions, when {@code onBackendDown} is {@code CLOSE}
 * @param rebalance ends sessions of backends that hold more than their share; null = never
 * @param stickiness keeps the backend of a source; null = each session is balanced
 * @param agent what tells the weight and the state of each backend, null = nobody
 */
public record PoolConfig(
    String name,
    Balance balance,
    List<BackendConfig> backends,
    @Nullable DiscoveryConfig discovery,
    HealthConfig health,
    @Nullable Outlier outlier,
    Duration slowStart,
    Connect connect,
    Timeouts timeouts,
    PoolLimits limits,
    @Nullable SendProxy proxyProtocol,
    @Nullable BackendTls tls,
    WhenDown whenDown,
    OnBackendDown onBackendDown,
    Closing closing,
    @Nullable Rebalance rebalance,
    @Nullable Stickiness stickiness,
    @Nullable AgentConfig agent,
    Replies replies) {

  public PoolConfig {
    backends = List.copyOf(backends);
  }

  /** A pool with defaults for all other settings. */
  public static PoolConfig byDefault(String name, Balance balance, List<BackendConfig> backends) {
    return byDefault(name, balance, backends, Replies.NONE);
  }

  /** A pool with defaults for all other settings. */
  public static PoolConfig byDefault(
      String name, Balance balance, List<BackendConfig> backends, Replies replies) {
    return new PoolConfig(
        name,
        balance,
        backends,
        null,
        HealthConfig.NONE,
        Outlier.DEFAULT,
        Duration.ZERO,
        Connect.DEFAULT,
        Timeouts.DEFAULT,
        PoolLimits.NONE,
        null,
        null,
        WhenDown.REFUSE,
        OnBackendDown.KEEP,
        Closing.DEFAULT,
        null,
        null,
        null,
        replies);
  }

  /** Whether a backend, maybe a discovered one, has the port that its client has connected to. */
  public boolean hasSamePort() {
    return backends.stream().anyMatch(BackendConfig::isSamePort)
        || (discovery != null && discovery.port() == BackendConfig.SAME_PORT);
  }

  /** How a backend is chosen for a session. */
  public enum Balance implements Labelled {
    WEIGHTED_RANDOM,
    ROUND_ROBIN,
    LEAST_CONNECTIONS,
    TWO_CHOICES,
    SOURCE_HASH;

    public static final Balance DEFAULT = TWO_CHOICES;
  }

  /**
   * When this member ejects a backend: sends it no new sessions for a while.
   *
   * @param failures in a row: connections that failed, or were reset before the first byte
   * @param ejection duration of the first ejection; each further one takes longer
   * @param maxEjectedPercent of the pool's backends, rounded down; but one where there are two
   */
  public record Outlier(int failures, Duration ejection, int maxEjectedPercent) {
    public static final Outlier DEFAULT = new Outlier(5, Duration.ofSeconds(30), 50);
  }

  /** How new sessions are handled while no backend is healthy. */
  public enum WhenDown implements Labelled {
    /** They are refused. */
    REFUSE,
    /** Every enabled backend is used, healthy or not. */
    TRY_ALL
  }

  /** How live sessions of a backend are handled when it is down or removed. */
  public enum OnBackendDown implements Labelled {
    /** They continue. */
    KEEP,
    /** They are closed, one after the other. */
    CLOSE
  }

  /**
   * How live sessions of a backend that is down are closed.
   *
   * @param after how long the backend is down before the first one is
   * @param spread from the first to the last
   */
  public record Closing(Duration after, Duration spread) {
    public static final Closing DEFAULT = new Closing(Duration.ZERO, Duration.ofSeconds(5));
  }

  /**
   * When sessions of a backend that holds more than its share of the cluster's are ended.
   *
   * @param excessPercent above its share that is left to a backend
   * @param ratePercent of the pool's sessions that are ended in a second, over the whole cluster
   * @param minAge of a session that may be ended
   * @param quiet since the last byte of those that are ended first
   */
  public record Rebalance(int excessPercent, int ratePercent, Duration minAge, Duration quiet) {
    public static final Rebalance DEFAULT =
        new Rebalance(20, 1, Duration.ofMinutes(5), Duration.ofSeconds(1));
  }

  /**
   * Sessions of one source address go to one backend.
   *
   * @param ttl since the last session of that source began
   * @param size most sources that are kept
   */
  public record Stickiness(Duration ttl, int size) {
    public static final Stickiness DEFAULT = new Stickiness(Duration.ofMinutes(30), 100_000);
  }

  /**
   * A service at each backend that says how much it can take, in the words of HAProxy's
   * agent-check.
   *
   * @param interval from the start of a question to the start of the next one
   * @param timeout of one question
   */
  public record AgentConfig(int port, Duration interval, Duration timeout) {
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);
  }

  /**
   * How a connection to a backend is established.
   *
   * @param timeout of one attempt
   * @param attempts most different backends tried for one session, at least 1
   * @param source local addresses to connect from, used in turn; empty = the kernel chooses
   */
  public record Connect(Duration timeout, int attempts, List<InetAddress> source) {
    public static final Connect DEFAULT = new Connect(Duration.ofSeconds(5), 3, List.of());

    public Connect {
      source = List.copyOf(source);
    }
  }

  /**
   * When Fairlead closes a session; zero = never.
   *
   * @param idle since the last byte in either direction
   * @param close since the last byte in either direction, once one side has sent its FIN
   * @param maxDuration since the accept
   * @param jitterPercent each session's limit is drawn at random from the last {@code
   *     jitterPercent} percent of {@code maxDuration}
   */
  public record Timeouts(Duration idle, Duration close, Duration maxDuration, int jitterPercent) {
    public static final Timeouts DEFAULT =
        new Timeouts(Duration.ofHours(1), Duration.ofSeconds(60), Duration.ZERO, 10);
  }

  /** The text, null = none, that a client gets before the close; {@code {cause}} is filled in. */
  public record Replies(@Nullable String noBackend, @Nullable String connectFailed) {
    public static final Replies NONE = new Replies(null, null);

    /** The texts of the article this project grew from, used by the flat form. */
    public static final Replies ARTICLE =
        new Replies("No available backend", "Failed to connect to backend: {cause}");

    /** {@link #connectFailed()} with {@code cause} filled in; null = none. */
    public @Nullable String connectFailed(String cause) {
      return connectFailed == null ? null : connectFailed.replace("{cause}", cause);
    }
  }

  /**
   * Where further backends are found: the addresses of a name, or its SRV records.
   *
   * @param dns the name whose A and AAAA records are backends; null with {@code srv}
   * @param port of those backends, as {@link BackendConfig#port}; 0 with {@code srv}
   * @param srv the name whose SRV records are backends; null with {@code dns}
   * @param refresh time between two queries
   */
  public record DiscoveryConfig(
      @Nullable String dns, int port, @Nullable String srv, Duration refresh) {
    public static final Duration DEFAULT_REFRESH = Duration.ofSeconds(5);

    /** The name that is queried. */
    public String name() {
      return Objects.requireNonNull(srv == null ? dns : srv);
    }
  }
}
