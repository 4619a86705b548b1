package dev.fairlead.imports.nginx;

import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns {@code allow}, {@code deny} and {@code limit_conn} into keys of a listener. */
record NginxAccess(YamlBlock listener, Scope server) {
  private static final String ALL = "all";

  void put() {
    lists();
    for (Statement limit : server.all("limit_conn")) {
      limit(limit);
    }
  }

  /** nginx takes the first that matches; Fairlead refuses whoever deny has, whatever allow has. */
  private void lists() {
    List<String> allow = new ArrayList<>();
    List<String> deny = new ArrayList<>();
    boolean restDenied = false;
    boolean over = false;
    for (Statement rule : rules(server)) {
      boolean allows = rule.name().equals("allow");
      String network = rule.word(1);
      if (over) {
        listener.note(rule, "never reached: a rule before it is about all clients");
      } else if (network.equals("unix:")) {
        listener.note(rule, "clients of a Unix socket have no address");
      } else if (network.equals(ALL)) {
        over = true;
        restDenied = !allows;
        listener.note(rule, allows ? "whoever is not in deny" : "whoever is not in allow");
        rule.use();
      } else {
        if (!allows && !allow.isEmpty()) {
          listener.note(rule, "deny takes precedence in Fairlead, also over an allow before it");
        }
        (allows ? allow : deny).add(network);
        rule.use();
      }
    }
    if (restDenied && allow.isEmpty()) {
      deny.addAll(List.of("0.0.0.0/0", "::/0"));
    }
    if (restDenied) {
      listener.putAll("allow", allow);
    } else if (!allow.isEmpty()) {
      listener.note("without deny all, allow " + String.join(", ", allow) + " changes nothing");
    }
    listener.putAll("deny", deny);
  }

  private static List<Statement> rules(Scope scope) {
    List<Statement> own =
        scope.own().stream().filter(each -> each.name().matches("allow|deny")).toList();
    Scope outer = scope.outer();
    return own.isEmpty() && outer != null ? rules(outer) : own;
  }

  private void limit(Statement limit) {
    Optional<Statement> zone = zone(server, limit.word(1));
    String key = zone.map(line -> line.word(1)).orElse("");
    if (key.matches("\\$(?:binary_)?remote_addr")) {
      listener.put("limits.connectionsPerSource", ForeignNumber.show(limit.word(2)));
    } else if (key.matches("\\$server_(?:port|addr)|[^$]+")) {
      listener.put("limits.connections", ForeignNumber.show(limit.word(2)));
    } else {
      listener.note(limit, "only connections of an address, or of all clients, can be limited");
    }
  }

  private static Optional<Statement> zone(Scope scope, String name) {
    Optional<Statement> own =
        scope.own().stream()
            .filter(each -> each.startsWith("limit_conn_zone"))
            .filter(each -> each.from(2).stream().anyMatch(w -> w.startsWith("zone=" + name + ":")))
            .findFirst()
            .map(Statement::use);
    Scope outer = scope.outer();
    return own.isEmpty() && outer != null ? zone(outer, name) : own;
  }
}
