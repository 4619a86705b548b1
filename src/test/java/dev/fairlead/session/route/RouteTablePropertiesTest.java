package dev.fairlead.session.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Cidr;
import dev.fairlead.session.route.RouteTable.RoutePattern;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * Ensures that a table answers as the plain rule does: of all routes that match, the one with the
 * best name, then the first. Provoked by names of few labels, so that many routes match. A failure
 * would look like another route.
 */
class RouteTablePropertiesTest {
  /** A name that matches exactly; a wildcard counts its characters, no name counts 0. */
  private static final int EXACT = Integer.MAX_VALUE;

  private static final int NO_MATCH = -1;

  @Property(tries = 5000)
  void answersAsThePlainRuleDoes(
      @ForAll("routes") List<RoutePattern<Integer>> routes,
      @ForAll("clients") List<Client> clients) {
    RouteTable<Integer> table = new RouteTable<>(routes);
    for (Client client : clients) {
      assertThat(Optional.ofNullable(table.find(client.name, client.alpn, client.source)))
          .as("%s", client)
          .isEqualTo(plain(routes, client));
    }
  }

  private static Optional<Integer> plain(List<RoutePattern<Integer>> routes, Client client) {
    // min keeps the first of equal ones.
    return routes.stream()
        .filter(route -> rank(route, client.name) != NO_MATCH)
        .filter(
            route ->
                route.alpn().isEmpty() || route.alpn().stream().anyMatch(client.alpn::contains))
        .filter(route -> route.source().isEmpty() || isIn(route.source(), client.source))
        .min(Comparator.comparing(route -> -rank(route, client.name)))
        .map(RoutePattern::target);
  }

  private static int rank(RoutePattern<Integer> route, @Nullable String name) {
    if (route.sni().isEmpty()) {
      return 0;
    }
    return route.sni().stream().mapToInt(pattern -> rank(pattern, name)).max().orElseThrow();
  }

  private static int rank(String pattern, @Nullable String name) {
    if (name == null) {
      return NO_MATCH;
    }
    if (pattern.startsWith("*")) {
      return name.endsWith(pattern.substring(1)) ? pattern.length() : NO_MATCH;
    }
    return name.equals(pattern) ? EXACT : NO_MATCH;
  }

  /** All networks here are of whole first bytes of IPv4. */
  private static boolean isIn(List<Cidr> networks, @Nullable InetAddress source) {
    return source != null
        && networks.stream()
            .anyMatch(each -> each.network().getAddress()[0] == source.getAddress()[0]);
  }

  /** What a look-up knows. */
  private record Client(@Nullable String name, List<String> alpn, @Nullable InetAddress source) {}

  @Provide
  Arbitrary<List<RoutePattern<Integer>>> routes() {
    Arbitrary<String> pattern =
        Combinators.combine(Arbitraries.of("", "*."), names()).as(String::concat);
    Arbitrary<List<Cidr>> networks =
        sources().map(address -> new Cidr(address, Byte.SIZE)).list().ofMaxSize(2);
    return Combinators.combine(pattern.list().ofMaxSize(3), protocols(), networks)
        .as((sni, alpn, source) -> new RoutePattern<>(sni, alpn, source, 0))
        .list()
        .ofMaxSize(12)
        .map(RouteTablePropertiesTest::numbered);
  }

  private static List<RoutePattern<Integer>> numbered(List<RoutePattern<Integer>> routes) {
    return Stream.iterate(0, i -> i + 1)
        .limit(routes.size())
        .map(
            i ->
                new RoutePattern<>(
                    routes.get(i).sni(), routes.get(i).alpn(), routes.get(i).source(), i))
        .toList();
  }

  @Provide
  Arbitrary<List<Client>> clients() {
    return Combinators.combine(names().injectNull(0.1), protocols(), sources().injectNull(0.1))
        .as(Client::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(20);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.of("a", "b", "ab")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(all -> String.join(".", all));
  }

  private static Arbitrary<List<String>> protocols() {
    return Arbitraries.of("h2", "h3", "acme").list().ofMaxSize(2);
  }

  private static Arbitrary<InetAddress> sources() {
    return Arbitraries.of("10.0.0.0", "11.0.0.0", "12.0.0.0").map(text -> Cidr.of(text).network());
  }
}
