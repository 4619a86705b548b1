package dev.fairlead.session.route;

import dev.fairlead.admission.AccessList;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.ServerNames;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one listener: finds where a client goes by the name of the server it wants, the
 * protocols it offers and its address. Of the routes that match, one with exactly that name comes
 * before one with a wildcard, a longer wildcard before a shorter one, a wildcard before none, and
 * else the earlier in the file. A route that names the server but does not match in protocol or
 * source leaves the client to the others.
 *
 * <p>A wildcard stands for one or more labels: {@code *.example.com} matches {@code a.example.com}
 * and {@code a.b.example.com}, not {@code example.com}. So do Envoy and the Gateway API of
 * Kubernetes; a wildcard in a certificate stands for one label only.
 *
 * <p>A look-up asks one hash map for the name and one for each of its suffixes, but for no suffix
 * of more labels than any wildcard has. It does not depend on the number of names, only on the
 * number of routes that share one.
 *
 * <p>Immutable, any thread. Construction takes as long as that of the sources' {@link AccessList}s:
 * not on an event loop.
 *
 * @param <T> where a route leads
 */
public final class RouteTable<T> {
  private final Map<String, List<Match<T>>> exact = new HashMap<>();

  /** By what follows {@code *.}. */
  private final Map<String, List<Match<T>>> wildcards = new HashMap<>();

  private final List<Match<T>> anyName = new ArrayList<>();

  /** Labels of the longest key in {@link #wildcards}; 0 = there is none. */
  private final int wildcardLabels;

  /**
   * One route as it is configured.
   *
   * @param sni host names and wildcards, in any form that {@link ServerNames#normalise} takes;
   *     empty = every client, with and without a name
   * @param alpn protocols of which the client has to offer one; empty = every client
   * @param source networks of the client; empty = every client
   */
  public record RoutePattern<T>(List<String> sni, List<String> alpn, List<Cidr> source, T target) {

    public RoutePattern {
      sni = List.copyOf(sni);
      alpn = List.copyOf(alpn);
      source = List.copyOf(source);
    }
  }

  /** What is left to compare once the name matches. */
  private record Match<T>(Set<String> alpn, @Nullable AccessList source, T target) {

    static <T> Match<T> of(RoutePattern<T> route) {
      AccessList source =
          route.source.isEmpty() ? null : AccessList.of(new AccessConfig(route.source, List.of()));
      return new Match<>(Set.copyOf(route.alpn), source, route.target);
    }

    boolean matches(List<String> offered, @Nullable InetAddress client) {
      return (source == null || (client != null && source.admits(client))) && isOffered(offered);
    }

    private boolean isOffered(List<String> offered) {
      if (alpn.isEmpty()) {
        return true;
      }
      for (int i = 0; i < offered.size(); i++) {
        if (alpn.contains(offered.get(i))) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * From the routes in the order of the file. Throws IllegalArgumentException for a name that
   * cannot be one, which a check of the configuration has to find before.
   */
  public RouteTable(List<RoutePattern<T>> routes) {
    routes.forEach(this::add);
    wildcardLabels = wildcards.keySet().stream().mapToInt(RouteTable::labels).max().orElse(0);
  }

  private static int labels(String name) {
    return (int) name.chars().filter(each -> each == '.').count() + 1;
  }

  private void add(RoutePattern<T> route) {
    Match<T> match = Match.of(route);
    if (route.sni.isEmpty()) {
      anyName.add(match);
    }
    Set<String> names = new LinkedHashSet<>();
    route.sni.forEach(name -> names.add(normalised(name)));
    names.forEach(name -> add(name, match));
  }

  private void add(String name, Match<T> match) {
    boolean wildcard = name.startsWith("*.");
    String key = wildcard ? name.substring(2) : name;
    (wildcard ? wildcards : exact).computeIfAbsent(key, any -> new ArrayList<>()).add(match);
  }

  private static String normalised(String name) {
    return ServerNames.normalise(name)
        .value()
        .orElseThrow(() -> new IllegalArgumentException("no server name: " + name));
  }

  /**
   * The target of the route for this client; null = no route matches.
   *
   * @param serverName in the normal form of {@link ServerNames#ofClient}; null = the client named
   *     none, or the listener does not read names
   * @param source null = a client without an IP address, which is in no network
   */
  public @Nullable T find(
      @Nullable String serverName, List<String> alpn, @Nullable InetAddress source) {
    T found = serverName == null ? null : findNamed(serverName, alpn, source);
    return found != null ? found : first(anyName, alpn, source);
  }

  private @Nullable T findNamed(String name, List<String> alpn, @Nullable InetAddress source) {
    T found = first(exact.get(name), alpn, source);
    int dot = found == null ? firstDot(name) : -1;
    while (dot >= 0) {
      found = first(wildcards.get(name.substring(dot + 1)), alpn, source);
      dot = found == null ? name.indexOf('.', dot + 1) : -1;
    }
    return found;
  }

  /** The dot before the longest suffix that can be a key of {@link #wildcards}; -1 = none can. */
  private int firstDot(String name) {
    int first = -1;
    int dot = name.length();
    for (int labels = 0; labels < wildcardLabels && dot >= 0; labels++) {
      dot = name.lastIndexOf('.', dot - 1);
      first = dot >= 0 ? dot : first;
    }
    return first;
  }

  private static <T> @Nullable T first(
      @Nullable List<Match<T>> candidates, List<String> alpn, @Nullable InetAddress source) {
    if (candidates == null) {
      return null;
    }
    for (int i = 0; i < candidates.size(); i++) {
      Match<T> each = candidates.get(i);
      if (each.matches(alpn, source)) {
        return each.target;
      }
    }
    return null;
  }
}
