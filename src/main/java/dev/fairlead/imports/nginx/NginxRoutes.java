package dev.fairlead.imports.nginx;

import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a {@code map} or {@code geo} that chooses an upstream into routes. nginx prefers exact
 * names to those with an asterisk, as Fairlead does.
 */
final class NginxRoutes {
  private static final Map<String, String> KEYS =
      Map.of(
          "$ssl_preread_server_name", "sni",
          "$ssl_server_name", "sni",
          "$ssl_preread_alpn_protocols", "alpn",
          "$remote_addr", "source",
          "$realip_remote_addr", "source");

  private final Statement block;
  private final String key;
  private final Scope server;
  private final NginxPools pools;

  /** Values of the route's key by their pools. */
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Optional<String> pool = Optional.empty();

  private NginxRoutes(Statement block, String key, Scope server, NginxPools pools) {
    this.block = block;
    this.key = key;
    this.server = server;
    this.pools = pools;
  }

  /** Those of a variable; empty when no block that Fairlead can follow sets it. */
  static Optional<NginxRoutes> of(String variable, Scope stream, Scope server, NginxPools pools) {
    for (Statement each : stream.own()) {
      boolean map = each.startsWith("map") && each.word(2).equals(variable);
      boolean geo = each.startsWith("geo") && each.word(each.words().size() - 1).equals(variable);
      String from = geo && each.words().size() == 2 ? "$remote_addr" : each.word(1);
      String key = KEYS.get(from);
      if ((map || geo) && key != null) {
        return Optional.of(new NginxRoutes(each, key, server, pools));
      }
    }
    return Optional.empty();
  }

  /** Puts {@code pool} and {@code routes}; false when nobody would get a pool. */
  boolean put(YamlBlock listener) {
    block.use();
    for (Statement entry : block.block()) {
      entry(entry, listener);
    }
    List<YamlBlock> routes = new ArrayList<>();
    values.forEach((target, all) -> routes.add(new YamlBlock().put(key, all).put("pool", target)));
    listener.put("pool", pool);
    listener.put("routes", routes.isEmpty() ? null : routes);
    return pool.isPresent() || !routes.isEmpty();
  }

  /** Whether it needs the client's first message. */
  boolean readsHello() {
    return !key.equals("source");
  }

  private void entry(Statement entry, YamlBlock listener) {
    String value = entry.name().replaceFirst("^\\\\", "");
    String target = entry.word(1);
    if (value.equals("hostnames") || value.equals("volatile")) {
      entry.use();
    } else if (!pools.isTarget(target)) {
      listener.note(entry, "no counterpart: its value is no upstream and no address");
    } else if (value.equals("default")) {
      pool = Optional.of(pools.pool(target, server, entry.use()));
    } else {
      List<String> names = names(value);
      if (names.isEmpty()) {
        listener.note(entry, "no counterpart: a route has exact names, or *. for all below one");
      } else {
        String name = pools.pool(target, server, entry.use());
        values.computeIfAbsent(name, any -> new ArrayList<>()).addAll(names);
      }
    }
  }

  private List<String> names(String value) {
    if (value.isEmpty()) {
      return List.of();
    }
    return switch (key) {
      case "sni" -> sni(value);
      case "alpn" ->
          value.matches("~\\*?(?:\\\\b)?[\\w./-]+(?:\\\\b)?")
              ? List.of(value.replaceAll("~\\*?|\\\\b", ""))
              : value.startsWith("~") || value.contains(",") ? List.of() : List.of(value);
      default -> value.matches("[0-9a-fA-F.:/]+") ? List.of(value) : List.of();
    };
  }

  private static List<String> sni(String value) {
    if (value.startsWith("~") || value.endsWith("*")) {
      return List.of();
    }
    return value.startsWith(".") ? List.of(value.substring(1), "*" + value) : List.of(value);
  }
}
