package dev.fairlead.imports.nginx;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.imports.ForeignName;
import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ForeignTime;
import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.ImportedConfig;
import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes pools of {@code upstream} blocks and of addresses in {@code proxy_pass}. In nginx a server
 * has the time-outs, in Fairlead the pool: an upstream of two servers that differ is two pools.
 */
final class NginxPools {
  private static final String UNIT = "s";

  /** After a host: the port that the client has connected to. */
  private static final String SERVER_PORT = ":$server_port";

  private final ImportedConfig result;
  private final Map<String, Statement> upstreams = new LinkedHashMap<>();

  /** Pools by target and settings. */
  private final Map<String, YamlBlock> made = new HashMap<>();

  NginxPools(ImportedConfig result, Scope stream) {
    this.result = result;
    for (Statement each : stream.own()) {
      if (each.startsWith("upstream") && upstreams.putIfAbsent(each.word(1), each.use()) != null) {
        throw new ImportException(each, "upstream " + each.word(1), "a name once only");
      }
    }
  }

  /** The name of the pool for clients of a server; throws {@link ImportException}. */
  String pool(String target, Scope server, Statement at) {
    YamlBlock draft = new YamlBlock().put("name", "");
    content(draft, target, server, at);
    StringBuilder key = new StringBuilder(target).append('\n');
    draft.writeTo(key);
    YamlBlock known = made.get(key.toString());
    if (known == null) {
      result.add(draft.put("name", unused(target)));
      made.put(key.toString(), draft);
      known = draft;
    } else {
      draft.notes().forEach(known::note);
    }
    return nameOf(known);
  }

  private String unused(String target) {
    String base =
        ForeignName.of(
            target.replaceFirst("^unix:", "").replace(SERVER_PORT, ":" + BackendConfig.SAME));
    String free = base;
    for (int i = 2; names().contains(free); i++) {
      free = base + "-" + i;
    }
    return free;
  }

  private static String nameOf(YamlBlock pool) {
    return String.valueOf(pool.get("name").orElseThrow());
  }

  /** Pools of upstreams that no server uses. */
  void putUnused() {
    upstreams.forEach(
        (name, upstream) -> {
          if (made.keySet().stream().noneMatch(key -> key.startsWith(name + "\n"))) {
            pool(name, new Scope(List.of(), null), upstream);
          }
        });
  }

  private void content(YamlBlock pool, String target, Scope server, Statement at) {
    Statement upstream = upstreams.get(target);
    List<Statement> servers = new ArrayList<>();
    if (upstream == null) {
      address(pool, target, at);
    } else {
      Scope inside = new Scope(upstream.block(), null);
      servers.addAll(inside.all("server"));
      new NginxUpstream(pool, inside, servers).put();
    }
    connect(pool, server, Math.max(1, servers.size()));
    times(pool, server);
    server
        .value("proxy_protocol")
        .filter(mode -> !mode.equals("off"))
        .ifPresent(mode -> pool.put("proxyProtocol", mode.equals("v2") ? "v2" : "v1"));
    if (server.value("proxy_ssl").equals(Optional.of("on"))) {
      new NginxTls(server).backend(pool);
    }
  }

  private static void address(YamlBlock pool, String target, Statement at) {
    PeerAddress address =
        parse(target)
            .orElseThrow(
                () -> new ImportException(at, target, "an upstream of this file, or host:port"));
    pool.put("balance", "round-robin");
    pool.put("backends", List.of(address.putInto(new YamlBlock())));
    pool.put("outlier", "off");
  }

  private static Optional<PeerAddress> parse(String target) {
    if (target.endsWith(SERVER_PORT)) {
      String host = target.substring(0, target.length() - SERVER_PORT.length());
      return PeerAddress.parse(host)
          .filter(each -> !each.isUnix() && each.port().isEmpty())
          .map(each -> new PeerAddress(each.host(), BackendConfig.SAME, null));
    }
    return PeerAddress.parse(target).filter(each -> each.isUnix() || !each.port().isEmpty());
  }

  /** Whether it is an address with the port that the client has connected to. */
  boolean isOfSamePort(String target) {
    String host = target.replace(SERVER_PORT, "");
    return parse(target).filter(each -> each.port().equals(BackendConfig.SAME)).isPresent()
        && !host.contains("$")
        && !upstreams.containsKey(host);
  }

  /** nginx tries each server once, unless it is told otherwise. */
  private static void connect(YamlBlock pool, Scope server, int servers) {
    pool.put("connect.timeout", time(server, "proxy_connect_timeout", "60s"));
    boolean next = !server.value("proxy_next_upstream").equals(Optional.of("off"));
    int tries =
        server
            .last("proxy_next_upstream_tries")
            .map(line -> ForeignNumber.known(line, line.name(), line.word(1)))
            .orElse(0);
    int attempts = !next ? 1 : tries == 0 ? servers : tries;
    pool.put("connect.attempts", Math.min(100, attempts));
    server
        .last("proxy_bind")
        .filter(line -> !line.word(1).equals("off"))
        .ifPresent(
            line -> {
              if (line.word(1).contains("$")) {
                pool.note(line, "Fairlead connects from addresses of its own only");
              } else {
                pool.put("connect.source", List.of(line.word(1)));
              }
            });
  }

  private static void times(YamlBlock pool, Scope server) {
    pool.put("timeouts.idle", time(server, "proxy_timeout", "10m"));
  }

  /** As Fairlead writes it, with the default of nginx. */
  static String time(Scope scope, String name, String byDefault) {
    return scope
        .last(name)
        .map(line -> ForeignTime.show(ForeignTime.of(line, String.join("", line.from(1)), UNIT)))
        .orElse(byDefault);
  }

  /** Whether there is an upstream of the name, or it is an address. */
  boolean isTarget(String target) {
    return upstreams.containsKey(target)
        || PeerAddress.parse(target)
            .filter(each -> each.isUnix() || !each.port().isEmpty())
            .isPresent();
  }

  private Set<String> names() {
    return made.values().stream().map(NginxPools::nameOf).collect(Collectors.toSet());
  }
}
