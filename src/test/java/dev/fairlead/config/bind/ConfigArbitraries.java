package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.BindAddress.UnixSocket;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.ExpectStep;
import dev.fairlead.config.IpAddress;
import dev.fairlead.config.LinearPattern;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.config.PoolConfig.DiscoveryConfig;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import dev.fairlead.config.StatusRanges;
import dev.fairlead.config.TlsConfig.BackendTls;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random configurations. */
public final class ConfigArbitraries {
  private ConfigArbitraries() {}

  /** Any configuration whose rules hold, with node and cluster at their defaults. */
  public static Arbitrary<FairleadConfig> dynamicParts() {
    Arbitrary<List<PoolConfig>> pools = pool().list().ofMaxSize(3).uniqueElements(PoolConfig::name);
    return pools.flatMap(
        made ->
            listeners(made)
                .map(
                    listeners ->
                        new FairleadConfig(
                            NodeConfig.DEFAULT, ClusterConfig.DEFAULT, listeners, made)));
  }

  private static Arbitrary<UnixSocket> unixSockets() {
    Arbitrary<String> account = Arbitraries.strings().alpha().ofMinLength(1).injectNull(0.5);
    return Combinators.combine(
            Arbitraries.strings().alpha().ofLength(8),
            Arbitraries.integers().between(0, 0777),
            account,
            account)
        .as((name, mode, owner, group) -> new UnixSocket("/run/" + name, mode, owner, group));
  }

  private static Arbitrary<List<ListenerConfig>> listeners(List<PoolConfig> pools) {
    if (pools.isEmpty()) {
      return Arbitraries.just(List.of());
    }
    Arbitrary<BindAddress> bind =
        Arbitraries.oneOf(
            Arbitraries.of("0.0.0.0", "127.0.0.1", "::", "2001:db8::1")
                .map(host -> BindAddress.ip(host, 0)),
            Arbitraries.integers().between(9000, 9100).map(port -> BindAddress.ip("::1", port)),
            Arbitraries.integers()
                .between(1, BindAddress.MOST_PORTS - 1)
                .map(more -> BindAddress.range("127.0.0.2", 64_000, 64_000 + more)),
            unixSockets().map(BindAddress::unix));
    Arbitrary<String> pool = Arbitraries.of(pools).map(PoolConfig::name);
    return Combinators.combine(
            name(),
            bind,
            Arbitraries.integers().greaterOrEqual(1),
            RouteArbitraries.ways(pool),
            LimitArbitraries.access(),
            LimitArbitraries.ofListener(),
            Arbitraries.of(ListenerConfig.ListenerState.class))
        .as(
            (name, address, backlog, way, access, limits, state) ->
                new ListenerConfig(
                    name,
                    address,
                    backlog,
                    way.pool(),
                    way.routes(),
                    access,
                    way.proxyProtocol(),
                    way.tls(),
                    limits,
                    state))
        .map(LimitArbitraries::possible)
        .filter(each -> !each.bind().isUnix() || !needsPort(each, pools))
        .list()
        .ofMaxSize(3)
        .uniqueElements(ListenerConfig::name)
        .filter(ConfigArbitraries::addressesDiffer);
  }

  /** Whether a backend of its clients has their port. */
  private static boolean needsPort(ListenerConfig listener, List<PoolConfig> pools) {
    return pools.stream()
        .filter(PoolConfig::hasSamePort)
        .map(PoolConfig::name)
        .anyMatch(
            name ->
                name.equals(listener.pool())
                    || listener.routes().stream().anyMatch(route -> route.pool().equals(name)));
  }

  private static boolean addressesDiffer(List<ListenerConfig> listeners) {
    List<String> fixed =
        listeners.stream()
            .map(ListenerConfig::bind)
            .filter(b -> b.isUnix() || b.port() != 0)
            .map(b -> b.isRange() ? b.host() : b.toString())
            .toList();
    return fixed.stream().distinct().count() == fixed.size();
  }

  /** How a backend is chosen. */
  private record Named(String name, Balance balance, Stickiness stickiness) {}

  private static Arbitrary<Stickiness> stickiness() {
    return Combinators.combine(duration(1), Arbitraries.integers().between(1, 1_000_000))
        .as(Stickiness::new)
        .injectNull(0.5);
  }

  private static Arbitrary<PoolConfig> pool() {
    Arbitrary<List<BackendConfig>> backends =
        backend()
            .list()
            .ofMaxSize(4)
            .uniqueElements(BackendConfig::id)
            .filter(all -> !hasUnix(all) || all.stream().noneMatch(BackendConfig::isSamePort));
    Arbitrary<Connect> connect =
        Combinators.combine(
                duration(1), Arbitraries.integers().between(1, 100), source().list().ofMaxSize(2))
            .as(Connect::new);
    Arbitrary<Timeouts> timeouts =
        Combinators.combine(
                duration(0), duration(0), duration(0), Arbitraries.integers().between(0, 100))
            .as(Timeouts::new);
    Arbitrary<Replies> replies = Combinators.combine(reply(), reply()).as(Replies::new);
    return Combinators.combine(
            Combinators.combine(name(), Arbitraries.of(Balance.class), stickiness()).as(Named::new),
            backends,
            LimitArbitraries.ofPool(),
            care(),
            connect,
            timeouts,
            replies,
            agent().injectNull(0.5))
        .as(
            (named, made, limits, care, connects, times, says, agent) ->
                new PoolConfig(
                    named.name(),
                    named.balance(),
                    made,
                    care.discovery(),
                    probing(care.health(), made),
                    care.outlier(),
                    care.slowStart(),
                    connects,
                    times,
                    LimitArbitraries.possible(limits, made),
                    care.proxyProtocol(),
                    TlsArbitraries.possible(care.tls(), made),
                    care.whenDown(),
                    care.onBackendDown(),
                    care.closing(),
                    care.rebalance(),
                    named.stickiness(),
                    hasUnix(made) ? null : agent,
                    says));
  }

  private static Arbitrary<PoolConfig.AgentConfig> agent() {
    return Combinators.combine(Arbitraries.integers().between(1, 65_535), duration(1), duration(1))
        .as(PoolConfig.AgentConfig::new);
  }

  private static boolean hasUnix(List<BackendConfig> backends) {
    return backends.stream().anyMatch(backend -> backend.unixPath() != null);
  }

  /** How a pool treats its backends, and what it does when they fail, come and go. */
  private record Care(
      DiscoveryConfig discovery,
      HealthConfig health,
      PoolConfig.Outlier outlier,
      Duration slowStart,
      SendProxy proxyProtocol,
      BackendTls tls,
      PoolConfig.WhenDown whenDown,
      EndingRules endings) {
    PoolConfig.OnBackendDown onBackendDown() {
      return endings.onBackendDown();
    }

    PoolConfig.Closing closing() {
      return endings.closing();
    }

    PoolConfig.Rebalance rebalance() {
      return endings.rebalance();
    }
  }

  /** When live sessions of a pool are ended. */
  private record EndingRules(
      PoolConfig.OnBackendDown onBackendDown,
      PoolConfig.Closing closing,
      PoolConfig.Rebalance rebalance) {}

  private static Arbitrary<EndingRules> endings() {
    return Combinators.combine(
            Arbitraries.of(PoolConfig.OnBackendDown.class),
            Combinators.combine(duration(0), duration(0)).as(PoolConfig.Closing::new),
            Combinators.combine(
                    Arbitraries.integers().between(0, 100),
                    Arbitraries.integers().between(1, 100),
                    duration(0),
                    duration(0))
                .as(PoolConfig.Rebalance::new)
                .injectNull(0.5))
        .as(EndingRules::new);
  }

  private static Arbitrary<Care> care() {
    Arbitrary<DiscoveryConfig> discovery =
        Arbitraries.oneOf(
            duration(1).map(refresh -> new DiscoveryConfig("api.internal", 9001, null, refresh)),
            duration(1).map(refresh -> new DiscoveryConfig(null, 0, "_api._tcp.a", refresh)));
    Arbitrary<PoolConfig.Outlier> outlier =
        Combinators.combine(atLeastOne(), duration(1), Arbitraries.integers().between(0, 100))
            .as(PoolConfig.Outlier::new);
    return Combinators.combine(
            discovery.injectNull(0.5),
            health(),
            outlier.injectNull(0.2),
            duration(0),
            RouteArbitraries.send().injectNull(0.5),
            TlsArbitraries.ofPool().injectNull(0.5),
            Arbitraries.of(PoolConfig.WhenDown.class),
            endings())
        .as(Care::new);
  }

  private static Arbitrary<HealthConfig> health() {
    return Combinators.combine(
            Arbitraries.of(HealthConfig.Type.class),
            duration(1).injectNull(0.1).list().ofSize(2),
            Combinators.combine(duration(1), duration(1)).as(List::of),
            Combinators.combine(atLeastOne(), atLeastOne(), atLeastOne()).as(List::of),
            Arbitraries.integers().between(1, 65_535).injectNull(0.5),
            http(),
            steps(),
            Arbitraries.of(HealthConfig.End.class))
        .as(
            (type, special, times, counts, port, asks, says, end) ->
                new HealthConfig(
                    type,
                    times.get(0),
                    special.get(0),
                    special.get(1),
                    times.get(1),
                    counts.get(0),
                    counts.get(1),
                    counts.get(2),
                    port,
                    asks,
                    says,
                    end));
  }

  private static Arbitrary<HealthConfig.Http> http() {
    return Combinators.combine(
            Arbitraries.of("GET", "OPTIONS", "POST"),
            Arbitraries.of("/", "/health?x=$${a}"),
            Arbitraries.of("a.internal:80", "10.0.0.1").injectNull(0.5),
            Arbitraries.maps(
                Arbitraries.of("X-Check", "Authorization", "a.b"),
                Arbitraries.of("", "Bearer ${X}", "a: b, c")),
            Arbitraries.of("200-399", "204", "200,300-307")
                .map(text -> StatusRanges.parse(text).orElseThrow()),
            Arbitraries.of("ok", "^\\{\"state\": \"(running|${X})\"", "ä{1,20}$")
                .map(LinearPattern::new)
                .injectNull(0.3))
        .as(HealthConfig.Http::new);
  }

  /** The last one receives, as {@code type: expect} requires. */
  private static Arbitrary<List<ExpectStep>> steps() {
    Arbitrary<ExpectStep> patterns =
        Arbitraries.of("^2", "\\x00\\r$", "${X}")
            .map(text -> new ExpectStep(ExpectStep.Action.RECEIVE_PATTERN, text));
    Arbitrary<ExpectStep> any =
        Arbitraries.oneOf(step(ExpectStep.Action.SEND), step(ExpectStep.Action.RECEIVE), patterns);
    return Combinators.combine(any.list().ofMaxSize(4), step(ExpectStep.Action.RECEIVE))
        .as((before, last) -> Stream.concat(before.stream(), Stream.of(last)).toList());
  }

  private static Arbitrary<ExpectStep> step(ExpectStep.Action action) {
    return Arbitraries.of("PING\\r\\n", "PING\r\n", "\\x00\\xff", "${X}", "ä")
        .map(text -> new ExpectStep(action, text));
  }

  /** A Unix socket has no other port, and without a client none is the same. */
  private static HealthConfig probing(HealthConfig health, List<BackendConfig> backends) {
    boolean same = backends.stream().anyMatch(BackendConfig::isSamePort);
    return !hasUnix(backends) && !same
        ? health
        : new HealthConfig(
            health.type(),
            health.interval(),
            health.fastInterval(),
            health.downInterval(),
            health.timeout(),
            health.rise(),
            health.fall(),
            health.probers(),
            same ? 9 : null,
            health.http(),
            health.expect(),
            health.end());
  }

  private static Arbitrary<Integer> atLeastOne() {
    return Arbitraries.integers().greaterOrEqual(1);
  }

  private static Arbitrary<BackendConfig> backend() {
    Arbitrary<Integer> weight = Arbitraries.integers().between(0, 1000);
    Arbitrary<State> state = Arbitraries.of(State.class);
    Arbitrary<Integer> tier = Arbitraries.of(BackendConfig.PRIMARY, BackendConfig.BACKUP);
    Arbitrary<Integer> most = LimitArbitraries.count();
    Arbitrary<BackendConfig> ip =
        Combinators.combine(
                Arbitraries.of("a.internal", "10.0.0.1", "::1", "x_y"),
                Arbitraries.oneOf(
                    Arbitraries.integers().between(1, 65_535),
                    Arbitraries.just(BackendConfig.SAME_PORT)),
                weight,
                state,
                tier,
                most)
            .as((host, port, w, s, t, m) -> new BackendConfig(host, port, null, w, s, t, m));
    Arbitrary<BackendConfig> unix =
        Combinators.combine(Arbitraries.of("/a", "/b ${c}", "/ä\"'\\d"), weight, state, tier, most)
            .as((path, w, s, t, m) -> new BackendConfig(null, 0, path, w, s, t, m));
    Arbitrary<BackendConfig> reject = Combinators.combine(weight, state).as(BackendConfig::reject);
    return Arbitraries.oneOf(ip, unix, reject);
  }

  private static Arbitrary<String> name() {
    return Arbitraries.strings().withChars("abcXYZ019.-_$é").ofMinLength(1).ofMaxLength(12);
  }

  static Arbitrary<Duration> duration(long minMillis) {
    long max = Duration.ofDays(36_500).toMillis();
    Arbitrary<Long> millis = Arbitraries.longs().between(minMillis, max);
    Arbitrary<Long> round = Arbitraries.of(1000L, 60_000L, 90_000L, 3_600_000L, 86_400_000L);
    return Arbitraries.oneOf(millis, round).map(Duration::ofMillis);
  }

  private static Arbitrary<InetAddress> source() {
    return Arbitraries.of("10.0.0.1", "::1", "2001:db8::5")
        .map(literal -> IpAddress.parse(literal).orElseThrow());
  }

  /** Any text but U+FFFD, which a file can't hold; also those that look like variables. */
  private static Arbitrary<String> reply() {
    Arbitrary<String> any =
        Arbitraries.strings().withCharRange(' ', '~').withChars("\n\tä€").ofMaxLength(30);
    Arbitrary<String> tricky = Arbitraries.of("", "${X}", "$${X}", "$$${", "{cause}", "null", "5");
    return Arbitraries.oneOf(any, tricky).injectNull(0.2);
  }

  /** A setting of a backend: its weight, its state, its limit, or some of them. */
  public static Arbitrary<BackendSetting> settings() {
    Arbitrary<Integer> weight = Arbitraries.integers().between(0, 1000);
    return Combinators.combine(
            weight.injectNull(0.3),
            Arbitraries.of(State.class).injectNull(0.3),
            Arbitraries.integers().between(1, 1000).injectNull(0.5))
        .as((w, state, most) -> new BackendSetting("any", "any", w, state, most));
  }
}
