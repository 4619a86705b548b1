package dev.fairlead.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A named set of backends and how to use them.
 *
 * @param name unique among the pools
 * @param backends may be empty: every client then gets {@code noBackend}
 * @param discovery where further backends are found, null = nowhere
 * @param outlier when a backend is left alone for its failures, null = never
 * @param slowStart how long a backend takes from the first session to its whole share, when it
 *     comes back or is new; zero = it has its share at once
 * @param limits how many sessions the backends take
 */
public record PoolConfig(
    String name,
    Balance balance,
    List<BackendConfig> backends,
    DiscoveryConfig discovery,
    HealthConfig health,
    Outlier outlier,
    Duration slowStart,
    Connect connect,
    Timeouts timeouts,
    PoolLimits limits,
    WhenDown whenDown,
    OnBackendDown onBackendDown,
    Replies replies) {

  public PoolConfig {
    backends = List.copyOf(backends);
  }

  /** A pool with everything else at its default. */
  public static PoolConfig byDefault(String name, Balance balance, List<BackendConfig> backends) {
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
        WhenDown.REFUSE,
        OnBackendDown.KEEP,
        Replies.NONE);
  }

  /** The same with other backends. */
  public PoolConfig withBackends(List<BackendConfig> others) {
    return new PoolConfig(
        name,
        balance,
        others,
        discovery,
        health,
        outlier,
        slowStart,
        connect,
        timeouts,
        limits,
        whenDown,
        onBackendDown,
        replies);
  }

  /** The same with other replies. */
  public PoolConfig withReplies(Replies others) {
    return new PoolConfig(
        name,
        balance,
        backends,
        discovery,
        health,
        outlier,
        slowStart,
        connect,
        timeouts,
        limits,
        whenDown,
        onBackendDown,
        others);
  }

  /** How a backend is chosen. */
  public enum Balance {
    WEIGHTED_RANDOM,
    ROUND_ROBIN,
    LEAST_CONNECTIONS,
    TWO_CHOICES,
    SOURCE_HASH;

    public static final Balance DEFAULT = TWO_CHOICES;

    /** As it is written in a configuration: {@code two-choices}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * When a backend is ejected: left alone by this member for a while.
   *
   * @param failures in a row: connections that failed, or were reset before the first byte
   * @param ejection how long the first time; longer when it happens again
   * @param maxEjectedPercent of the pool's backends, rounded down; but one where there are two
   */
  public record Outlier(int failures, Duration ejection, int maxEjectedPercent) {
    public static final Outlier DEFAULT = new Outlier(5, Duration.ofSeconds(30), 50);
  }

  /** What new sessions get when no backend is healthy. */
  public enum WhenDown {
    /** They are refused. */
    REFUSE,
    /** Every enabled backend is used, healthy or not. */
    TRY_ALL;

    /** As it is written in a configuration: {@code try-all}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What becomes of the live sessions of a backend that is down or removed. */
  public enum OnBackendDown {
    /** They go on. */
    KEEP,
    /** They are ended, one after the other. */
    CLOSE;

    /** As it is written in a configuration: {@code keep}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How a backend is reached.
   *
   * @param timeout of one attempt
   * @param attempts most different backends tried for one session, at least 1
   * @param source local addresses to connect from, taken in turn; empty = the kernel chooses
   */
  public record Connect(Duration timeout, int attempts, List<InetAddress> source) {
    public static final Connect DEFAULT = new Connect(Duration.ofSeconds(5), 3, List.of());

    public Connect {
      source = List.copyOf(source);
    }
  }

  /**
   * When a session is ended by us; zero = never.
   *
   * @param idle since the last byte either way
   * @param close since the last byte either way, after one side finished
   * @param maxDuration since the accept
   * @param jitterPercent {@code maxDuration} is drawn from the last {@code jitterPercent} percent
   *     of itself
   */
  public record Timeouts(Duration idle, Duration close, Duration maxDuration, int jitterPercent) {
    public static final Timeouts DEFAULT =
        new Timeouts(Duration.ofHours(1), Duration.ofSeconds(60), Duration.ZERO, 10);
  }

  /**
   * What a client is told before we close; null = nothing.
   *
   * @param connectFailed may contain {@code {cause}}
   */
  public record Replies(String noBackend, String connectFailed) {
    public static final Replies NONE = new Replies(null, null);

    /** The texts of the article this project grew from, used by the flat form. */
    public static final Replies ARTICLE =
        new Replies("No available backend", "Failed to connect to backend: {cause}");

    /** {@link #connectFailed()} with {@code cause} in its place; null = nothing. */
    public String connectFailed(String cause) {
      return connectFailed == null ? null : connectFailed.replace("{cause}", cause);
    }
  }
}
