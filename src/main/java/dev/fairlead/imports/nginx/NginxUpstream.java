package dev.fairlead.imports.nginx;

import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ForeignTime;
import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns the inside of an {@code upstream} block into keys of a pool. */
record NginxUpstream(YamlBlock pool, Scope upstream, List<Statement> servers) {
  private static final String ONE_FOR_POOL = "Fairlead has one for the pool: that of the first";

  private static final int MAX_WEIGHT = 1000;

  void put() {
    balance();
    List<YamlBlock> backends = new ArrayList<>();
    for (Statement server : servers) {
      if (server.from(2).contains("resolve") || server.word(2).startsWith("service=")) {
        discovery(server);
      } else {
        backends.add(backend(server));
      }
    }
    pool.put("backends", backends);
    outlier();
    upstream.unused().forEach(each -> pool.note(each, NginxReasons.reason(each)));
  }

  private void balance() {
    Optional<Statement> hash = upstream.last("hash");
    Optional<Statement> random = upstream.last("random");
    if (hash.isPresent()) {
      boolean source = hash.get().word(1).matches("\\$(?:binary_)?remote_addr");
      pool.put("balance", source ? "source-hash" : "two-choices");
      if (!source) {
        pool.note(hash.get(), "only the address of a client can be hashed: source-hash");
      }
    } else if (random.isPresent()) {
      pool.put("balance", random.get().word(1).equals("two") ? "two-choices" : "weighted-random");
      if (random.get().word(2).startsWith("least_time")) {
        pool.note(random.get(), "two-choices compares the numbers of sessions");
      }
    } else {
      boolean least = upstream.last("least_conn").isPresent();
      pool.put("balance", least ? "least-connections" : "round-robin");
      upstream.own().stream()
          .filter(each -> each.startsWith("least_time"))
          .forEach(each -> pool.note(each, "no counterpart, see balance: least-connections"));
    }
  }

  private YamlBlock backend(Statement server) {
    PeerAddress address =
        PeerAddress.parse(server.word(1))
            .filter(each -> each.isUnix() || !each.port().isEmpty())
            .orElseThrow(
                () -> new ImportException(server, server.word(1), "host:port or unix:path"));
    YamlBlock backend = address.putInto(new YamlBlock());
    for (String parameter : server.from(2)) {
      String value = parameter.substring(parameter.indexOf('=') + 1);
      switch (parameter.replaceFirst("=.*", "")) {
        case "weight" -> backend.put("weight", weight(server, value));
        case "max_conns" -> backend.put("maxConnections", ForeignNumber.show(value));
        case "backup" -> backend.put("backup", true);
        case "down" -> backend.put("state", "disabled");
        case "drain" -> backend.put("state", "draining");
        case "slow_start" -> pool.put("slowStart", time(server, value));
        case "max_fails", "fail_timeout" -> {
          // Of the pool: outlier.
        }
        default -> pool.note(server, parameter, "no counterpart");
      }
    }
    return backend;
  }

  private Object weight(Statement server, String value) {
    Object weight = ForeignNumber.show(value);
    if (weight instanceof Integer number && number > MAX_WEIGHT) {
      pool.note(server, "weight=" + value, MAX_WEIGHT + " is the highest");
      return MAX_WEIGHT;
    }
    return weight;
  }

  private static String time(Statement server, String value) {
    return ForeignTime.show(ForeignTime.of(server, value, "s"));
  }

  private void discovery(Statement server) {
    Optional<String> service =
        server.from(2).stream()
            .filter(each -> each.startsWith("service="))
            .map(each -> each.substring("service=".length()))
            .findFirst();
    PeerAddress address =
        PeerAddress.parse(server.word(1))
            .filter(each -> !each.isUnix())
            .orElseThrow(() -> new ImportException(server, server.word(1), "a name of the DNS"));
    if (pool.get("discovery").isPresent()) {
      pool.note(server, "left out: a pool has one discovery");
    } else if (service.isPresent()) {
      String name = service.get().startsWith("_") ? service.get() : "_" + service.get() + "._tcp";
      pool.put("discovery.srv", name + "." + address.host());
    } else {
      pool.put("discovery.dns", address.host());
      pool.put("discovery.port", ForeignNumber.show(address.port()));
    }
    server.from(2).stream()
        .filter(each -> !each.equals("resolve") && !each.startsWith("service="))
        .forEach(each -> pool.note(server, each, "no counterpart for servers of the DNS"));
  }

  /** One server alone is never taken out; of several any number. */
  private void outlier() {
    if (servers.isEmpty()) {
      return;
    }
    String fails = parameter(servers.get(0), "max_fails").orElse("1");
    String time = parameter(servers.get(0), "fail_timeout").orElse("10s");
    if (servers.size() == 1 || fails.equals("0")) {
      pool.put("outlier", "off");
      for (String name : List.of("max_fails", "fail_timeout")) {
        parameter(servers.get(0), name)
            .filter(value -> servers.size() == 1 || name.equals("fail_timeout"))
            .ifPresent(
                value -> pool.note(servers.get(0), name + "=" + value, "no effect, as in nginx"));
      }
    } else {
      pool.put("outlier.failures", ForeignNumber.show(fails));
      pool.put("outlier.ejection", time(servers.get(0), time));
      pool.put("outlier.maxEjected", "100%");
    }
    for (Statement server : servers.subList(1, servers.size())) {
      differs(server, "max_fails", fails, "1");
      differs(server, "fail_timeout", time, "10s");
    }
  }

  private void differs(Statement server, String name, String first, String byDefault) {
    Optional<String> written = parameter(server, name);
    if (!written.orElse(byDefault).equals(first)) {
      String shown = written.map(value -> name + "=" + value).orElse("without " + name);
      pool.note(server, server.word(1) + " " + shown, ONE_FOR_POOL);
    }
  }

  private static Optional<String> parameter(Statement server, String name) {
    return server.from(2).stream()
        .filter(each -> each.startsWith(name + "="))
        .map(each -> each.substring(name.length() + 1))
        .reduce((one, other) -> other);
  }
}
