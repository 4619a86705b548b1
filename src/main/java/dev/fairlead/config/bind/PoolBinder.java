package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.IpAddress;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.AgentConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Closing;
import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.config.PoolConfig.DiscoveryConfig;
import dev.fairlead.config.PoolConfig.OnBackendDown;
import dev.fairlead.config.PoolConfig.Outlier;
import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.config.PoolConfig.WhenDown;
import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.text.Tree;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Binds one of {@code pools} and its backends. */
record PoolBinder(Binding binding) {
  private static final int MAX_ATTEMPTS = 100;
  private static final ValueType<Balance> BALANCE = ValueType.constant(Balance.values());
  private static final ValueType<WhenDown> WHEN_DOWN = ValueType.constant(WhenDown.values());
  private static final ValueType<OnBackendDown> ON_BACKEND_DOWN =
      ValueType.constant(OnBackendDown.values());
  private static final ValueType<State> STATE = ValueType.constant(State.values());
  private static final int MAX_SOURCES = 1_000_000;
  private static final ValueType<Integer> SOURCES = ValueType.integer(1, MAX_SOURCES);

  /** Of a percentage; zero would never end a session. */
  private static final ValueType<Integer> RATE =
      ValueType.parsed(
              text -> ValueType.percent(text).filter(percent -> percent > 0),
              "a percentage, 1% to 100%")
          .shaped(ValueShape.pattern(Pattern.compile("[1-9]\\d?%|100%")));

  private static final ValueType<Integer> WEIGHT =
      ValueType.integer(BackendConfig.MIN_WEIGHT, BackendConfig.MAX_WEIGHT);

  PoolConfig bind(Section pool) {
    PoolConfig config =
        new PoolConfig(
            pool.required("name", ValueType.name(), "a name", ""),
            pool.get("balance", BALANCE, Balance.DEFAULT),
            backends(pool),
            pool.optionalSection("discovery", PoolBinder::discovery).orElse(null),
            pool.section("health", HealthBinder::bind),
            pool.sectionOrOff("outlier", PoolBinder::outlier).orElse(null),
            pool.get("slowStart", ValueType.duration(), Duration.ZERO),
            pool.section("connect", PoolBinder::connect),
            pool.section("timeouts", PoolBinder::timeouts),
            pool.section("limits", LimitsBinder::ofPool),
            ProxyProtocolBinder.send(pool).orElse(null),
            pool.optionalSection("tls", new TlsBinder(binding)::backend).orElse(null),
            pool.get("whenDown", WHEN_DOWN, WhenDown.REFUSE),
            pool.get("onBackendDown", ON_BACKEND_DOWN, OnBackendDown.KEEP),
            closing(pool),
            rebalance(pool),
            stickiness(pool),
            agent(pool),
            pool.section("replies", PoolBinder::replies));
    LimitsBinder.judge(pool, config);
    if (config.backends().stream().anyMatch(backend -> backend.unixPath() != null)) {
      judgeWithUnix(pool, config);
    }
    judgeWithSamePort(pool, config);
    return config;
  }

  /** A Unix socket has no port, and no name that a certificate could prove. */
  private static void judgeWithUnix(Section pool, PoolConfig config) {
    String because = ", because a backend is a Unix socket";
    if (config.health().port() != null) {
      pool.refuse("health.port", config.health().port(), "null" + because);
    }
    if (config.agent() != null) {
      pool.refuse("agent", "a port", "null" + because);
    }
    BackendTls tls = config.tls();
    boolean unnamed = tls != null && tls.verify() && tls.serverName() == null;
    if (unnamed && !pool.isBroken("tls") && !pool.isBroken("tls.verify")) {
      pool.refuse("tls.serverName", "null", "a name, or verify: false" + because);
    }
  }

  /** A probe is of no client, whose port it could take. */
  private static void judgeWithSamePort(Section pool, PoolConfig config) {
    boolean probed = config.health().type() != HealthConfig.Type.NONE;
    if (config.hasSamePort() && probed && config.health().port() == null) {
      if (!pool.isBroken("health") && !pool.isBroken("health.port")) {
        pool.refuse("health.port", "null", "a port, because that of a backend is same");
      }
    }
  }

  private static DiscoveryConfig discovery(Section discovery) {
    DiscoveryConfig config =
        new DiscoveryConfig(
            discovery.find("dns", AddressTypes.host()).orElse(null),
            discovery.get("port", AddressTypes.portOrSame(), 0),
            discovery.find("srv", AddressTypes.host()).orElse(null),
            discovery.get(
                "refresh", ValueType.positiveDuration(), DiscoveryConfig.DEFAULT_REFRESH));
    if (discovery.has("srv")) {
      Stream.of("dns", "port")
          .filter(discovery::has)
          .forEach(key -> discovery.refuse(key, "not together with srv"));
    } else {
      discovery.require("dns", "a host name and port, or srv");
    }
    if (discovery.has("dns") && !discovery.has("srv")) {
      discovery.require("port", AddressTypes.PORT_OR_SAME);
    }
    return config;
  }

  private static Outlier outlier(Section outlier) {
    Outlier byDefault = Outlier.DEFAULT;
    return new Outlier(
        outlier.get("failures", ValueType.integer(1, Integer.MAX_VALUE), byDefault.failures()),
        outlier.get("ejection", ValueType.positiveDuration(), byDefault.ejection()),
        outlier.get("maxEjected", ValueType.percentage(), byDefault.maxEjectedPercent()));
  }

  /** The backends of a pool, or of the flat form. */
  List<BackendConfig> backends(Section pool) {
    return pool.sections("backends", this::backend);
  }

  private BackendConfig backend(Section backend) {
    if (backend.get("reject", ValueType.bool(), false)) {
      return BackendConfig.reject(
          backend.get("weight", WEIGHT, BackendConfig.DEFAULT_WEIGHT),
          backend.get("state", STATE, State.ENABLED));
    }
    boolean unix = backend.has("unix");
    BackendConfig config =
        new BackendConfig(
            backend.find("host", AddressTypes.host()).orElse(null),
            backend.get("port", AddressTypes.portOrSame(), 0),
            backend.find("unix", ValueType.socketPath(binding.directory())).orElse(null),
            backend.get("weight", WEIGHT, BackendConfig.DEFAULT_WEIGHT),
            backend.get("state", STATE, State.ENABLED),
            backend.get("backup", ValueType.bool(), false)
                ? BackendConfig.BACKUP
                : BackendConfig.PRIMARY,
            backend.get("maxConnections", LimitsBinder.COUNT, 0));
    if (unix) {
      Stream.of("host", "port")
          .filter(backend::has)
          .forEach(
              key -> binding.report(Tree.child(backend.path(), key), "not together with unix"));
    } else {
      backend.require("host", "host and port, or unix");
    }
    if (backend.has("host") && !unix) {
      backend.require("port", AddressTypes.PORT_OR_SAME);
    }
    return config;
  }

  private static Connect connect(Section connect) {
    return new Connect(
        connect.get("timeout", ValueType.positiveDuration(), Connect.DEFAULT.timeout()),
        connect.get("attempts", ValueType.integer(1, MAX_ATTEMPTS), Connect.DEFAULT.attempts()),
        connect.values("source", AddressTypes.ip()));
  }

  private static Timeouts timeouts(Section timeouts) {
    Timeouts byDefault = Timeouts.DEFAULT;
    return new Timeouts(
        timeouts.get("idle", ValueType.duration(), byDefault.idle()),
        timeouts.get("close", ValueType.duration(), byDefault.close()),
        timeouts.get("maxDuration", ValueType.duration(), byDefault.maxDuration()),
        timeouts.get("jitter", ValueType.percentage(), byDefault.jitterPercent()));
  }

  private static Closing closing(Section pool) {
    Closing byDefault = Closing.DEFAULT;
    return new Closing(
        pool.get("closeAfter", ValueType.duration(), byDefault.after()),
        pool.get("closeSpread", ValueType.duration(), byDefault.spread()));
  }

  private static @Nullable Rebalance rebalance(Section pool) {
    Rebalance byDefault = Rebalance.DEFAULT;
    return pool.sectionUnlessOff(
            "rebalance",
            rebalance ->
                new Rebalance(
                    rebalance.get("excess", ValueType.percentage(), byDefault.excessPercent()),
                    rebalance.get("rate", RATE, byDefault.ratePercent()),
                    rebalance.get("minAge", ValueType.duration(), byDefault.minAge()),
                    rebalance.get("quiet", ValueType.duration(), byDefault.quiet())))
        .orElse(null);
  }

  private static @Nullable Stickiness stickiness(Section pool) {
    return pool.optionalSection(
            "stickiness",
            stickiness -> {
              stickiness.required("by", ValueType.word("source"), "source", "source");
              return new Stickiness(
                  stickiness.get("ttl", ValueType.positiveDuration(), Stickiness.DEFAULT.ttl()),
                  stickiness.get("size", SOURCES, Stickiness.DEFAULT.size()));
            })
        .orElse(null);
  }

  private static @Nullable AgentConfig agent(Section pool) {
    return pool.optionalSection(
            "agent",
            agent ->
                new AgentConfig(
                    agent.required("port", AddressTypes.port(), "1 to " + IpAddress.MAX_PORT, 1),
                    agent.get(
                        "interval", ValueType.positiveDuration(), AgentConfig.DEFAULT_INTERVAL),
                    agent.get(
                        "timeout", ValueType.positiveDuration(), AgentConfig.DEFAULT_TIMEOUT)))
        .orElse(null);
  }

  private static Replies replies(Section replies) {
    return new Replies(
        replies.findOrNull("noBackend", ValueType.text()).orElse(null),
        replies.findOrNull("connectFailed", ValueType.text()).orElse(null));
  }
}
