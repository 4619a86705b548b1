package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.ExpectStep;
import dev.fairlead.config.HealthConfig.ExpectStep.Action;
import dev.fairlead.config.HealthConfig.Http;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.config.StatusRanges;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A pool of one backend that is probed, as a test wants it: with a time-out that is never reached,
 * unless it says otherwise.
 */
record Probed(HealthConfig health, BackendConfig backend, List<InetAddress> source) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  static Probed by(HealthConfig.Type type, int port) {
    return by(type, "127.0.0.1", port);
  }

  static Probed by(HealthConfig.Type type, String host, int port) {
    return by(type, new BackendConfig(host, port, null, 1, State.ENABLED));
  }

  static Probed by(HealthConfig.Type type, BackendConfig backend) {
    HealthConfig health =
        new HealthConfig(
            type,
            PATIENCE,
            null,
            null,
            PATIENCE,
            2,
            3,
            2,
            null,
            Http.DEFAULT,
            List.of(),
            HealthConfig.End.RST);
    return new Probed(health, backend, List.of());
  }

  Probed http(String path, String host) {
    return http(new Http("GET", path, host, Map.of(), StatusRanges.DEFAULT, null));
  }

  Probed http(Http http) {
    return with(port(), http, health.expect());
  }

  Probed expect(String send, String receive) {
    ExpectStep heard = new ExpectStep(Action.RECEIVE, receive);
    return send == null ? script(heard) : script(new ExpectStep(Action.SEND, send), heard);
  }

  Probed script(ExpectStep... steps) {
    return with(port(), health.http(), List.of(steps));
  }

  Probed port(int port) {
    return with(port, health.http(), health.expect());
  }

  Probed every(Duration interval) {
    return timed(interval, health.timeout());
  }

  /** With other intervals after the first failure, and while down. */
  Probed every(Duration interval, Duration fast, Duration down) {
    return timed(interval, fast, down, health.timeout());
  }

  Probed within(Duration timeout) {
    return timed(health.interval(), timeout);
  }

  Probed from(List<InetAddress> addresses) {
    return new Probed(health, backend, addresses);
  }

  PoolConfig pool() {
    PoolConfig plain = PoolConfig.byDefault("web", PoolConfig.Balance.DEFAULT, List.of(backend));
    return new PoolConfig(
        plain.name(),
        plain.balance(),
        plain.backends(),
        null,
        health,
        null,
        plain.slowStart(),
        new Connect(Connect.DEFAULT.timeout(), Connect.DEFAULT.attempts(), source),
        plain.timeouts(),
        plain.limits(),
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

  Backend object() {
    return Pools.NONE.next(List.of(pool())).pool("web").backends().get(0);
  }

  private Integer port() {
    return health.port();
  }

  private Probed timed(Duration interval, Duration timeout) {
    return timed(interval, health.fastInterval(), health.downInterval(), timeout);
  }

  private Probed timed(Duration interval, Duration fast, Duration down, Duration timeout) {
    HealthConfig timed =
        new HealthConfig(
            health.type(),
            interval,
            fast,
            down,
            timeout,
            health.rise(),
            health.fall(),
            health.probers(),
            port(),
            health.http(),
            health.expect(),
            HealthConfig.End.RST);
    return new Probed(timed, backend, source);
  }

  private Probed with(Integer port, Http http, List<ExpectStep> expect) {
    HealthConfig changed =
        new HealthConfig(
            health.type(),
            health.interval(),
            health.fastInterval(),
            health.downInterval(),
            health.timeout(),
            health.rise(),
            health.fall(),
            health.probers(),
            port,
            http,
            expect,
            HealthConfig.End.RST);
    return new Probed(changed, backend, source);
  }
}
