package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.DiscoveryConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.config.PoolConfig.OnBackendDown;
import dev.fairlead.config.PoolConfig.Outlier;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.config.PoolConfig.WhenDown;
import dev.fairlead.config.text.Tree;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Binds one of {@code pools} and its backends. */
final class PoolBinder {
  private static final int MAX_ATTEMPTS = 100;
  private static final ValueType<Integer> PORT = ValueTypes.integer(1, AddressTypes.MAX_PORT);

  private final Binding binding;
  private final LaterKeys later;

  PoolBinder(Binding binding) {
    this.binding = binding;
    this.later = new LaterKeys(binding.directory());
  }

  PoolConfig bind(Section pool) {
    PoolConfig config =
        new PoolConfig(
            pool.required("name", ValueTypes.name(), "a name"),
            pool.get("balance", balance(), Balance.DEFAULT),
            backends(pool),
            discovery(pool),
            HealthBinder.bind(pool),
            outlier(pool),
            pool.get("slowStart", ValueTypes.duration(), Duration.ZERO),
            connect(pool),
            timeouts(pool),
            LimitsBinder.ofPool(pool),
            pool.get("whenDown", whenDown(), WhenDown.REFUSE),
            pool.get("onBackendDown", onBackendDown(), OnBackendDown.KEEP),
            replies(pool));
    pool.later(later.pool());
    LimitsBinder.judge(pool, config);
    refuseProbedPortOfUnix(pool, config);
    return config;
  }

  private static void refuseProbedPortOfUnix(Section pool, PoolConfig config) {
    boolean unix = config.backends().stream().anyMatch(backend -> backend.unixPath() != null);
    if (unix && config.health().port() != null) {
      pool.refuse(
          "health.port",
          config.health().port() + " (expected: null, because a backend is a Unix socket)");
    }
  }

  private static ValueType<WhenDown> whenDown() {
    return ValueTypes.constant(WhenDown.values(), WhenDown::label);
  }

  private static ValueType<OnBackendDown> onBackendDown() {
    return ValueTypes.constant(OnBackendDown.values(), OnBackendDown::label);
  }

  private static DiscoveryConfig discovery(Section pool) {
    Section discovery = pool.optionalSection("discovery").orElse(null);
    if (discovery == null) {
      return null;
    }
    try (discovery) {
      DiscoveryConfig config =
          new DiscoveryConfig(
              discovery.get("dns", AddressTypes.host(), null),
              discovery.get("port", PORT, 0),
              discovery.get("srv", AddressTypes.host(), null),
              discovery.get(
                  "refresh", ValueTypes.positiveDuration(), DiscoveryConfig.DEFAULT_REFRESH));
      if (discovery.has("srv")) {
        Stream.of("dns", "port")
            .filter(discovery::has)
            .forEach(key -> discovery.refuse(key, "not together with srv"));
      } else {
        discovery.require("dns", "a host name and port, or srv");
      }
      if (discovery.has("dns") && !discovery.has("srv")) {
        discovery.require("port", "1 to " + AddressTypes.MAX_PORT);
      }
      return config;
    }
  }

  private static Outlier outlier(Section pool) {
    Section outlier = pool.sectionOrOff("outlier").orElse(null);
    if (outlier == null) {
      return null;
    }
    try (outlier) {
      Outlier byDefault = Outlier.DEFAULT;
      return new Outlier(
          outlier.get("failures", ValueTypes.integer(1, Integer.MAX_VALUE), byDefault.failures()),
          outlier.get("ejection", ValueTypes.positiveDuration(), byDefault.ejection()),
          outlier.get("maxEjected", ValueTypes.percentage(), byDefault.maxEjectedPercent()));
    }
  }

  private static ValueType<Balance> balance() {
    return ValueTypes.constant(Balance.values(), Balance::label);
  }

  /** The backends of a pool, or of the flat form. */
  List<BackendConfig> backends(Section pool) {
    return pool.sections("backends", this::backend);
  }

  private BackendConfig backend(Section backend) {
    boolean unix = backend.has("unix");
    BackendConfig config =
        new BackendConfig(
            backend.get("host", AddressTypes.host(), null),
            backend.get("port", PORT, 0),
            backend.get("unix", ValueTypes.socketPath(binding.directory()), null),
            backend.get("weight", weight(), BackendConfig.DEFAULT_WEIGHT),
            backend.get("state", state(), State.ENABLED),
            backend.get("backup", ValueTypes.bool(), false)
                ? BackendConfig.BACKUP
                : BackendConfig.PRIMARY,
            backend.get("maxConnections", LimitsBinder.COUNT, 0));
    if (unix) {
      refuseBoth(backend, "host");
      refuseBoth(backend, "port");
    } else {
      backend.require("host", "host and port, or unix");
    }
    if (backend.has("host") && !unix) {
      backend.require("port", "1 to " + AddressTypes.MAX_PORT);
    }
    return config;
  }

  private void refuseBoth(Section backend, String key) {
    if (backend.has(key)) {
      String path = Tree.child(backend.path(), key);
      binding.problems().add(binding.placeOf(path), path, "not together with unix");
    }
  }

  private static ValueType<Integer> weight() {
    return ValueTypes.integer(BackendConfig.MIN_WEIGHT, BackendConfig.MAX_WEIGHT);
  }

  private static ValueType<State> state() {
    return ValueTypes.constant(State.values(), State::label);
  }

  private static Connect connect(Section pool) {
    try (Section connect = pool.section("connect")) {
      return new Connect(
          connect.get("timeout", ValueTypes.positiveDuration(), Connect.DEFAULT.timeout()),
          connect.get("attempts", ValueTypes.integer(1, MAX_ATTEMPTS), Connect.DEFAULT.attempts()),
          connect.values("source", AddressTypes.ip()));
    }
  }

  private static Timeouts timeouts(Section pool) {
    try (Section timeouts = pool.section("timeouts")) {
      Timeouts byDefault = Timeouts.DEFAULT;
      return new Timeouts(
          timeouts.get("idle", ValueTypes.duration(), byDefault.idle()),
          timeouts.get("close", ValueTypes.duration(), byDefault.close()),
          timeouts.get("maxDuration", ValueTypes.duration(), byDefault.maxDuration()),
          timeouts.get("jitter", ValueTypes.percentage(), byDefault.jitterPercent()));
    }
  }

  private static Replies replies(Section pool) {
    try (Section replies = pool.section("replies")) {
      return new Replies(
          replies.get("noBackend", ValueTypes.text().orNull(), null),
          replies.get("connectFailed", ValueTypes.text().orNull(), null));
    }
  }
}
