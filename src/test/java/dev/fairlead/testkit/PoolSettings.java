package dev.fairlead.testkit;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.config.PoolConfig.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The configuration of a pool {@code web} as a test needs it; what it does not set has defaults.
 */
public final class PoolSettings {
  private final List<BackendConfig> backends = new ArrayList<>();
  private Connect connect = Connect.DEFAULT;
  private Timeouts timeouts = Timeouts.DEFAULT;
  private PoolLimits limits = PoolLimits.NONE;

  /** A backend on 127.0.0.1. */
  public PoolSettings backend(int port) {
    return backend("127.0.0.1", port);
  }

  public PoolSettings backend(String host, int port) {
    backends.add(new BackendConfig(host, port, null, 1, BackendConfig.State.ENABLED));
    return this;
  }

  /** A backend on 127.0.0.1 that is used when no primary is left. */
  public PoolSettings backup(int port) {
    backends.add(
        new BackendConfig(
            "127.0.0.1", port, null, 1, BackendConfig.State.ENABLED, BackendConfig.PRIMARY + 1, 0));
    return this;
  }

  public PoolSettings connect(Duration timeout, int attempts) {
    connect = new Connect(timeout, attempts, List.of());
    return this;
  }

  public PoolSettings timeouts(Timeouts next) {
    timeouts = next;
    return this;
  }

  public PoolSettings limits(PoolLimits next) {
    limits = next;
    return this;
  }

  /** {@code before} with other backends. */
  public static PoolConfig withBackends(PoolConfig before, List<BackendConfig> others) {
    return copy(before, others, before.stickiness());
  }

  /** {@code before} with stickiness. */
  public static PoolConfig sticky(PoolConfig before, Stickiness stickiness) {
    return copy(before, before.backends(), stickiness);
  }

  private static PoolConfig copy(
      PoolConfig before, List<BackendConfig> backends, Stickiness stickiness) {
    return new PoolConfig(
        before.name(),
        before.balance(),
        backends,
        before.discovery(),
        before.health(),
        before.outlier(),
        before.slowStart(),
        before.connect(),
        before.timeouts(),
        before.limits(),
        before.proxyProtocol(),
        before.tls(),
        before.whenDown(),
        before.onBackendDown(),
        before.closing(),
        before.rebalance(),
        stickiness,
        before.agent(),
        before.replies());
  }

  public PoolConfig config() {
    PoolConfig plain = PoolConfig.byDefault("web", Balance.ROUND_ROBIN, backends);
    return new PoolConfig(
        plain.name(),
        plain.balance(),
        plain.backends(),
        null,
        HealthConfig.NONE,
        null,
        plain.slowStart(),
        connect,
        timeouts,
        limits,
        null,
        null,
        plain.whenDown(),
        plain.onBackendDown(),
        plain.closing(),
        plain.rebalance(),
        plain.stickiness(),
        plain.agent(),
        plain.replies());
  }
}
