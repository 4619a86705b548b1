package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.Route;
import dev.fairlead.config.PoolConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rules about where clients go: pools exist, what is looked for in a client can be seen, and no
 * route is there in vain.
 */
final class RouteRules {
  /** Most names of pools that a problem lists. */
  private static final int MAX_NAMES = 20;

  /** The key of clients whose name is in no route; no name is empty. */
  private static final String NO_NAME = "";

  private final Binding binding;
  private final Set<String> pools = new LinkedHashSet<>();

  /** Those whose backends need the port that a client has connected to. */
  private final Set<String> withSamePort = new HashSet<>();

  /** All of them, as problems show them. */
  private final List<String> shown = new ArrayList<>();

  RouteRules(Binding binding, List<PoolConfig> pools) {
    this.binding = binding;
    for (PoolConfig pool : pools) {
      this.pools.add(pool.name());
      if (pool.hasSamePort()) {
        withSamePort.add(pool.name());
      }
      shown.add(binding.shown(pool.name(), "pools[" + shown.size() + "].name"));
    }
  }

  static void check(Binding binding, FairleadConfig config) {
    RouteRules rules = new RouteRules(binding, config.pools());
    List<ListenerConfig> listeners = config.listeners();
    for (int i = 0; i < listeners.size() && !binding.problems().isFull(); i++) {
      rules.check(listeners.get(i), "listeners[" + i + "]");
    }
  }

  private void check(ListenerConfig listener, String path) {
    knownPool(listener.pool(), path + ".pool");
    hasPort(listener, listener.pool(), path + ".pool", path);
    Map<String, String> taken = new HashMap<>();
    boolean seesHello = listener.tls() != null || binding.isBroken(path + ".tls");
    List<Route> routes = listener.routes();
    for (int i = 0; i < routes.size() && !binding.problems().isFull(); i++) {
      Route route = routes.get(i);
      String routePath = path + ".routes[" + i + "]";
      knownPool(route.pool(), routePath + ".pool");
      hasPort(listener, route.pool(), routePath + ".pool", path);
      binding.once(route.sni(), routePath + ".sni");
      binding.once(route.alpn(), routePath + ".alpn");
      if (!seesHello) {
        needsTls(route.sni(), routePath + ".sni", path);
        needsTls(route.alpn(), routePath + ".alpn", path);
      }
      isReached(route, routePath, taken);
    }
  }

  private void knownPool(@Nullable String pool, String path) {
    boolean judged = !binding.isBroken("pools") && !pools.contains("");
    if (judged && pool != null && !pool.isEmpty() && !pools.contains(pool)) {
      String expected = " (expected: a pool's name: " + hint(pool) + ")";
      binding.report(path, binding.shown(pool, path) + expected);
    }
  }

  private void hasPort(
      ListenerConfig listener, @Nullable String pool, String path, String listenerPath) {
    if (pool != null && listener.bind().isUnix() && withSamePort.contains(pool)) {
      String expected =
          " (expected: a pool without port: same, because "
              + listenerPath
              + ".bind is a Unix socket)";
      binding.report(path, binding.shown(pool, path) + expected);
    }
  }

  private String hint(String pool) {
    String some = shown.stream().limit(MAX_NAMES).collect(Collectors.joining(", "));
    String all = shown.size() > MAX_NAMES ? some + ", ..." : some;
    return Nearest.to(pool, shown)
        .map(near -> "did you mean \"" + near + "\"?")
        .orElse(shown.isEmpty() ? "there is none" : all);
  }

  private void needsTls(List<String> values, String path, String listener) {
    if (!values.isEmpty() && !binding.isBroken(path)) {
      binding.report(
          path, "[...] (expected: [], because " + listener + ".tls is null: only TLS tells it)");
    }
  }

  /**
   * A name goes to the first route that has it; only one that asks for more leaves clients to those
   * after it.
   *
   * @param taken names, and the first route that takes all clients of the name
   */
  private void isReached(Route route, String path, Map<String, String> taken) {
    boolean named = !route.sni().isEmpty() || binding.isBroken(path + ".sni");
    String anyName = named ? null : taken.get(NO_NAME);
    if (anyName != null) {
      binding.report(path, "never reached: " + anyName + " takes all clients that no name matches");
    }
    for (int i = 0; i < route.sni().size(); i++) {
      String name = route.sni().get(i);
      String first = name.isEmpty() ? null : taken.get(name);
      if (first != null) {
        String namePath = path + ".sni[" + i + "]";
        String never = " (never reached: " + first + " takes all clients of that name)";
        binding.report(namePath, binding.shown(name, namePath) + never);
      }
    }
    if (takesAll(route, path)) {
      List<String> names = named ? route.sni() : List.of(NO_NAME);
      names.stream()
          .filter(name -> !named || !name.isEmpty())
          .forEach(name -> taken.putIfAbsent(name, path));
    }
  }

  /** Whether it asks for no more than a name, as far as that could be read. */
  private boolean takesAll(Route route, String path) {
    return route.alpn().isEmpty()
        && route.source().isEmpty()
        && !binding.isBroken(path + ".alpn")
        && !binding.isBroken(path + ".source");
  }
}
