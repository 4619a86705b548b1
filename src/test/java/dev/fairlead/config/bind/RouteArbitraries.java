package dev.fairlead.config.bind;

import dev.fairlead.config.ListenerConfig.Route;
import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import dev.fairlead.config.ProxyProtocolConfig.Version;
import dev.fairlead.config.TlsConfig.ListenerTls;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random routes, TLS and PROXY headers, and what is possible of them. */
final class RouteArbitraries {
  private RouteArbitraries() {}

  /** What a listener may have of its own for each client: where to, and what to read first. */
  record Way(String pool, List<Route> routes, AcceptProxy proxyProtocol, ListenerTls tls) {}

  static Arbitrary<Way> ways(Arbitrary<String> pools) {
    return Combinators.combine(
            pools.injectNull(0.3),
            pools,
            route(pools).list().ofMaxSize(4),
            accept().injectNull(0.5),
            TlsArbitraries.ofListener().injectNull(0.3))
        .as(RouteArbitraries::possible);
  }

  /** Without TLS there are no names, a name is taken once, and not all may be refused. */
  private static Way possible(
      String pool, String other, List<Route> routes, AcceptProxy proxyProtocol, ListenerTls tls) {
    Set<String> taken = new HashSet<>();
    List<Route> kept = new ArrayList<>();
    for (Route route : routes) {
      Route seen =
          tls != null ? route : new Route(List.of(), List.of(), route.source(), route.pool());
      boolean all = seen.alpn().isEmpty() && seen.source().isEmpty();
      List<String> names = seen.sni().isEmpty() ? List.of("") : seen.sni();
      if (names.stream().noneMatch(taken::contains)) {
        kept.add(seen);
        taken.addAll(all ? names : List.of());
      }
    }
    return new Way(pool == null && kept.isEmpty() ? other : pool, kept, proxyProtocol, tls);
  }

  private static Arbitrary<Route> route(Arbitrary<String> pools) {
    Arbitrary<String> name =
        Arbitraries.of(
            "a.example", "*.a.example", "xn--bcher-kva.example", "localhost", "x_y.z", "*.z");
    return Combinators.combine(
            name.list().uniqueElements().ofMaxSize(3),
            Arbitraries.of("h2", "http/1.1", "${X}", "$${Y}").list().uniqueElements().ofMaxSize(2),
            LimitArbitraries.cidr().list().ofMaxSize(2),
            pools)
        .as(Route::new);
  }

  private static Arbitrary<AcceptProxy> accept() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            LimitArbitraries.cidr().list().ofMaxSize(2),
            ConfigArbitraries.duration(1),
            Arbitraries.integers().between(0, AcceptProxy.MOST_TLV_BYTES))
        .as(AcceptProxy::new);
  }

  static Arbitrary<SendProxy> send() {
    Arbitrary<Boolean> bool = Arbitraries.of(true, false);
    return Combinators.combine(Arbitraries.of(Version.class), bool, bool, bool, bool, bool)
        .as(
            (version, crc32c, uniqueId, ssl, authority, passThrough) -> {
              boolean v2 = version == Version.V2;
              return new SendProxy(
                  version, v2 && crc32c, v2 && uniqueId, v2 && ssl, authority, passThrough);
            });
  }

  /** Clients of a Unix socket have no address but that of a header, which is from anybody. */
  static AcceptProxy ofUnix(AcceptProxy proxy) {
    return proxy == null
        ? null
        : new AcceptProxy(proxy.required(), List.of(), proxy.timeout(), proxy.maxTlvBytes());
  }
}
