package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.ForeignName;
import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns {@code use_backend} and {@code default_backend} into the routes of one listener. HAProxy
 * takes the first rule that fits, Fairlead the one with the most exact name: a comment says where
 * that may differ.
 */
final class BackendRules {
  private final YamlBlock listener;
  private final HaproxySection section;
  private final String port;
  private final Set<String> pools;
  private final List<YamlBlock> routes = new ArrayList<>();

  /** Names that a route takes all clients of. */
  private final Set<String> taken = new HashSet<>();

  private Optional<String> pool;
  private boolean readsHello;

  /** How exact the names of the rule before were: 0 = exact, 1 = with an asterisk, 2 = none. */
  private int exactness;

  BackendRules(YamlBlock listener, HaproxySection section, String port, Set<String> pools) {
    this.listener = listener;
    this.section = section;
    this.port = port;
    this.pools = pools;
    this.pool =
        section
            .scope()
            .last("default_backend")
            .map(line -> known(line, line.word(1)))
            .or(() -> section.hasServers() ? Optional.of(section.name()) : Optional.empty());
    boolean rest = true;
    for (Statement line : section.scope().all("use_backend")) {
      if (rest) {
        rest = rule(line);
      } else {
        listener.note(line, "never reached: a rule before it takes all clients");
      }
    }
  }

  /** The pool of the clients that no route matches. */
  Optional<String> pool() {
    return pool.map(ForeignName::of);
  }

  List<YamlBlock> all() {
    return List.copyOf(routes);
  }

  /** Whether routes ask for what only TLS tells. */
  boolean readsHello() {
    return readsHello;
  }

  private String known(Statement line, String name) {
    if (!pools.contains(name)) {
      throw new ImportException(line, "'" + name + "'", "the name of a backend with mode tcp");
    }
    return name;
  }

  /** False where it takes all clients that are left. */
  private boolean rule(Statement line) {
    String name = line.word(1);
    if (name.contains("%[")) {
      listener.note(line, "the name of a pool cannot be computed: write a route for each name");
      return true;
    }
    boolean unless = line.word(2).equals("unless");
    Optional<List<Condition>> parsed = Condition.parse(line.from(3), section.scope(), unless);
    if (parsed.isEmpty() || parsed.get().stream().anyMatch(Condition::notSource)) {
      listener.note(line, "a route asks for sni, alpn and source only");
      return true;
    }
    String target = known(line, name);
    for (Condition each : parsed.get()) {
      if (!each.ports().isEmpty() && !each.ports().contains(port)) {
        continue;
      }
      if (each.sni().isEmpty() && each.alpn().isEmpty() && each.source().isEmpty()) {
        pool = Optional.of(target);
        return false;
      }
      route(line, each, target);
    }
    return true;
  }

  private void route(Statement line, Condition condition, String target) {
    boolean onlyName = condition.alpn().isEmpty() && condition.source().isEmpty();
    List<String> names = new ArrayList<>();
    for (String name : condition.sni()) {
      if (taken.contains(name)) {
        listener.note(line, name, "never reached: a rule before it takes it");
      } else {
        names.add(name);
      }
    }
    if (!condition.sni().isEmpty() && names.isEmpty()) {
      return;
    }
    if (onlyName) {
      taken.addAll(names);
    }
    int rank = names.isEmpty() ? 2 : names.stream().anyMatch(each -> each.startsWith("*")) ? 1 : 0;
    if (rank < exactness) {
      listener.note(line, "of two routes the one with the more exact name is taken, not the first");
    }
    exactness = Math.max(exactness, rank);
    readsHello |= !names.isEmpty() || !condition.alpn().isEmpty();
    YamlBlock route = new YamlBlock();
    route.putAll("sni", names).putAll("alpn", condition.alpn());
    route.putAll("source", condition.source());
    routes.add(route.put("pool", ForeignName.of(target)));
  }
}
