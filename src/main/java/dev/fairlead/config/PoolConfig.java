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
 */
public record PoolConfig(
    String name,
    Balance balance,
    List<BackendConfig> backends,
    Connect connect,
    Timeouts timeouts,
    Replies replies) {

  public PoolConfig {
    backends = List.copyOf(backends);
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
  }
}
