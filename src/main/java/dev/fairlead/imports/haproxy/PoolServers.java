package dev.fairlead.imports.haproxy;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ForeignTime;
import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Turns the servers of a section into the backends of a pool. What HAProxy has for each server and
 * Fairlead for a pool is that of the first server; a comment names those that differ.
 *
 * @param servers without templates
 * @param templates {@code server-template} lines
 * @param ports of the listeners that use the pool, ranges as they are written
 */
record PoolServers(
    YamlBlock pool, List<ServerLine> servers, List<ServerLine> templates, List<String> ports) {
  private static final int QUEUE = 10_000;

  static PoolServers of(YamlBlock pool, List<ServerLine> all, List<String> ports) {
    return new PoolServers(
        pool,
        all.stream().filter(each -> !each.isTemplate()).toList(),
        all.stream().filter(ServerLine::isTemplate).toList(),
        ports);
  }

  List<ServerLine> all() {
    List<ServerLine> all = new ArrayList<>(servers);
    all.addAll(templates);
    return all;
  }

  void backends() {
    List<YamlBlock> backends = new ArrayList<>();
    servers.forEach(server -> backend(server).ifPresent(backends::add));
    pool.put("backends", backends);
    templates.stream().limit(1).forEach(this::discovery);
    templates.stream()
        .skip(1)
        .forEach(each -> pool.note(each.statement(), "a pool has one discovery"));
  }

  private Optional<YamlBlock> backend(ServerLine server) {
    Optional<PeerAddress> parsed = PeerAddress.parse(server.address());
    YamlBlock backend = new YamlBlock().remark(server.name());
    if (parsed.isEmpty() || (!parsed.get().isUnix() && port(parsed.get()).isEmpty())) {
      pool.note(
          server.statement(), "left out: Fairlead has no such address (it needs host and port)");
      server.noteUnused(pool);
      return Optional.empty();
    }
    PeerAddress address = parsed.get();
    if (!address.isUnix() && address.port().isEmpty() && hasOnePort()) {
      pool.note(server.statement(), server.address(), "without a port: that of the listener");
    }
    new PeerAddress(address.host(), port(address).orElse(""), address.unix()).putInto(backend);
    number(server, "weight").ifPresent(weight -> backend.put("weight", weight));
    if (server.has("disabled")) {
      backend.put("state", "disabled");
    }
    number(server, "maxconn").ifPresent(most -> backend.put("maxConnections", most));
    if (server.has("backup")) {
      backend.put("backup", true);
    }
    return Optional.of(backend);
  }

  /** Empty for one that is relative, or not given where no listener has a port. */
  private Optional<String> port(PeerAddress address) {
    String port = address.port();
    if (port.isEmpty()) {
      return hasOnePort()
          ? Optional.of(ports.get(0))
          : Optional.of(BackendConfig.SAME).filter(same -> !ports.isEmpty());
    }
    return port.matches("[+-].*|\\d+-\\d+") ? Optional.empty() : Optional.of(port);
  }

  private boolean hasOnePort() {
    return ports.size() == 1 && !ports.get(0).contains("-");
  }

  private static Optional<Object> number(ServerLine server, String name) {
    return server.value(name).map(text -> ForeignNumber.of(server.place(name), name, text));
  }

  private void discovery(ServerLine template) {
    Optional<PeerAddress> address = PeerAddress.parse(template.address());
    String host = address.map(PeerAddress::host).orElse(null);
    if (host == null) {
      pool.note(template.statement(), "left out: Fairlead has no such address");
      return;
    }
    pool.note(template.statement(), "every address of the name is a backend, however many");
    if (host.startsWith("_")) {
      pool.put("discovery.srv", host);
    } else {
      pool.put("discovery.dns", host);
      pool.put("discovery.port", port(address.get()).map(ForeignNumber::show).orElse(0));
    }
  }

  /** HAProxy's queue is at each server, without a bound. */
  void queue(Optional<Statement> timeout, Optional<Statement> connect) {
    boolean limited = all().stream().anyMatch(server -> server.value("maxconn").isPresent());
    if (limited) {
      pool.note("HAProxy has clients wait for a place at a server without a bound");
      pool.put("limits.queue.size", QUEUE);
      timeout
          .or(() -> connect)
          .ifPresent(
              line ->
                  pool.put(
                      "limits.queue.timeout",
                      ForeignTime.show(ForeignTime.of(line, line.word(2), "ms"))));
    } else {
      timeout.ifPresent(line -> pool.note(line, "nobody waits, because no server has maxconn"));
    }
  }

  /** The argument that all servers share; comments name the servers with another one. */
  Optional<String> shared(String name) {
    List<ServerLine> all = all();
    List<Optional<String>> values = all.stream().map(server -> server.value(name)).toList();
    Optional<String> first = values.stream().flatMap(Optional::stream).findFirst();
    for (int i = 0; first.isPresent() && i < all.size(); i++) {
      if (!Objects.equals(values.get(i), first)) {
        String why = "Fairlead has one for the pool: that of the first server that has it";
        all.get(i).note(pool, name, why);
      }
    }
    return first;
  }

  /** The same for a whole number. */
  Optional<Object> sharedNumber(String name) {
    shared(name);
    return all().stream().flatMap(server -> number(server, name).stream()).findFirst();
  }

  /** The same for a parameter without argument. */
  boolean sharedFlag(String name) {
    return shared(name).isPresent();
  }

  void noteUnused() {
    all().forEach(server -> server.noteUnused(pool));
  }
}
