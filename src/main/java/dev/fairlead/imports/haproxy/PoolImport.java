package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.ForeignName;
import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ForeignTime;
import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Turns a {@code backend} or {@code listen} section into a pool.
 *
 * @param fronts the sections whose clients it gets
 * @param ports of their listeners
 */
record PoolImport(
    YamlBlock pool, HaproxySection section, List<HaproxySection> fronts, List<String> ports) {
  private static final String UNIT = "ms";
  private static final int MOST_ATTEMPTS = 100;
  private static final String LONGER = "Fairlead has one for both sides: the longer";

  void put() {
    Scope scope = section.scope();
    PoolServers servers = PoolServers.of(pool, ServerLine.of(scope), ports);
    pool.put("name", ForeignName.of(section.name()));
    balance(scope);
    servers.backends();
    new PoolHealth(pool, section, servers).put();
    outlier(servers);
    servers
        .shared("slowstart")
        .ifPresent(text -> pool.put("slowStart", duration(section.head(), text)));
    connect(scope, servers);
    timeouts();
    servers.queue(scope.last("timeout", "queue"), scope.last("timeout", "connect"));
    proxyProtocol(servers);
    if (servers.sharedFlag("ssl")) {
      tls(servers);
    }
    if (servers.shared("on-marked-down").equals(Optional.of("shutdown-sessions"))) {
      pool.put("onBackendDown", "close");
    }
    servers.noteUnused();
  }

  private static String duration(Statement at, String text) {
    return ForeignTime.show(ForeignTime.of(at, text, UNIT));
  }

  private void balance(Scope scope) {
    Optional<Statement> line = scope.last("balance");
    String algorithm = line.map(each -> each.word(1)).orElse("");
    String name = algorithm.replaceFirst("\\(.*", "");
    String ours =
        switch (name) {
          case "leastconn" -> "least-connections";
          case "source" -> "source-hash";
          case "random" -> "two-choices";
          default -> "round-robin";
        };
    if (line.isEmpty()) {
      pool.note("without balance: HAProxy's default up to 3.2; two-choices is that since 3.3");
    } else if (!List.of("leastconn", "source", "random", "roundrobin", "static-rr")
        .contains(name)) {
      pool.note(line.get(), "no counterpart, " + ours + " instead");
    } else if (name.equals("static-rr") || !name.equals(algorithm)) {
      pool.note(line.get(), "is " + ours);
    }
    pool.put("balance", ours);
  }

  /** HAProxy takes no server out for what sessions see, unless it is told to. */
  private void outlier(PoolServers servers) {
    Optional<String> observe = servers.shared("observe");
    if (observe.equals(Optional.of("layer4"))) {
      pool.put("outlier.failures", servers.sharedNumber("error-limit").orElse(10));
    } else {
      pool.put("outlier", "off");
    }
  }

  private void connect(Scope scope, PoolServers servers) {
    Optional<Statement> timeout = scope.last("timeout", "connect");
    timeout.ifPresentOrElse(
        line -> pool.put("connect.timeout", duration(line, line.word(2))),
        () -> pool.note("without timeout connect: HAProxy waits for ever, Fairlead for 5s"));
    scope.last("retries").ifPresent(this::attempts);
    Optional<Statement> source = scope.last("source");
    Stream.concat(source.map(line -> line.word(1)).stream(), servers.shared("source").stream())
        .map(text -> PeerAddress.parse(text.split(" ", -1)[0]))
        .flatMap(Optional::stream)
        .map(PeerAddress::host)
        .filter(host -> host != null && !host.isEmpty())
        .findFirst()
        .ifPresent(host -> pool.put("connect.source", List.of(host)));
    source
        .filter(line -> line.words().size() > 2)
        .ifPresent(line -> pool.note(line, "only the address: the rest has no counterpart"));
  }

  private void attempts(Statement retries) {
    int number = ForeignNumber.known(retries, "retries", retries.word(1));
    pool.put("connect.attempts", Math.min(MOST_ATTEMPTS, number + 1));
    pool.note(retries.text() + ": each attempt is at another backend, not the same");
  }

  /** HAProxy has one for each side, Fairlead one for the last byte of either. */
  private void timeouts() {
    Stream<Scope> scopes =
        Stream.concat(fronts.stream(), Stream.of(section)).map(HaproxySection::scope);
    List<Scope> all = scopes.distinct().toList();
    Optional<Statement> tunnel = longest(all, "tunnel");
    Optional<Statement> client = longest(all, "client");
    Optional<Statement> server = section.scope().last("timeout", "server");
    Stream.of(client, server).flatMap(Optional::stream).forEach(PoolImport::time);
    Optional<Statement> fin = longest(all, "client-fin", "server-fin");
    fins(all).filter(line -> line != fin.get()).forEach(line -> pool.note(line, LONGER));
    if (tunnel.isPresent()) {
      Stream.of(client, server)
          .flatMap(Optional::stream)
          .filter(line -> line != tunnel.get())
          .forEach(line -> pool.note(line, "timeout tunnel replaces it"));
    }
    boolean endless = tunnel.isEmpty() && (client.isEmpty() || server.isEmpty());
    Optional<Statement> idle = tunnel.or(() -> endless ? Optional.empty() : longer(client, server));
    pool.put("timeouts.idle", idle.map(line -> duration(line, line.word(2))).orElse("0s"));
    if (idle.isEmpty()) {
      pool.note("without timeout client and server: HAProxy never ends idle sessions");
    }
    Stream.of(client, server)
        .flatMap(Optional::stream)
        .filter(line -> tunnel.isEmpty() && !same(line, idle))
        .forEach(line -> pool.note(line, LONGER));
    pool.put(
        "timeouts.close",
        fin.or(() -> idle).map(line -> duration(line, line.word(2))).orElse("0s"));
  }

  private static Stream<Statement> fins(List<Scope> scopes) {
    return scopes.stream()
        .flatMap(
            scope -> Stream.of("client-fin", "server-fin").map(kind -> scope.last("timeout", kind)))
        .flatMap(Optional::stream)
        .distinct();
  }

  private static boolean same(Statement line, Optional<Statement> idle) {
    return idle.isPresent() && line.word(2).equals(idle.get().word(2));
  }

  private static Optional<Statement> longest(List<Scope> scopes, String... kinds) {
    return scopes.stream()
        .flatMap(scope -> Arrays.stream(kinds).map(kind -> scope.last("timeout", kind)))
        .flatMap(Optional::stream)
        .reduce((one, other) -> time(other).compareTo(time(one)) > 0 ? other : one);
  }

  private static Optional<Statement> longer(Optional<Statement> one, Optional<Statement> other) {
    return Stream.of(one, other)
        .flatMap(Optional::stream)
        .reduce((a, b) -> time(b).compareTo(time(a)) > 0 ? b : a);
  }

  private static Duration time(Statement line) {
    return ForeignTime.of(line, line.word(2), UNIT);
  }

  private void proxyProtocol(PoolServers servers) {
    boolean withName = servers.sharedFlag("send-proxy-v2-ssl-cn");
    boolean ssl = servers.sharedFlag("send-proxy-v2-ssl") || withName;
    boolean v2 = servers.sharedFlag("send-proxy-v2") || ssl;
    boolean v1 = servers.sharedFlag("send-proxy");
    Optional<String> options = servers.shared("proxy-v2-options");
    if (v2 && (ssl || options.isPresent())) {
      List<String> all = List.of(options.orElse("").split(","));
      pool.put("proxyProtocol.version", "v2");
      pool.put("proxyProtocol.ssl", ssl || all.contains("ssl") || all.contains("cert-cn"));
      pool.put("proxyProtocol.crc32c", all.contains("crc32c"));
      pool.put("proxyProtocol.uniqueId", all.contains("unique-id"));
    } else if (v1 || v2) {
      pool.put("proxyProtocol", v2 ? "v2" : "v1");
    }
    if (servers.sharedFlag("check-send-proxy")) {
      pool.note("check-send-proxy: probes of a pool with proxyProtocol begin with a header too");
    }
  }

  private void tls(PoolServers servers) {
    boolean verify = !servers.shared("verify").equals(Optional.of("none"));
    pool.put("tls.verify", verify);
    servers
        .shared("ca-file")
        .filter(file -> !file.startsWith("@"))
        .ifPresent(
            file -> {
              if (verify) {
                pool.put("tls.ca", file);
              } else {
                pool.note("ca-file " + file + ": not used, because of verify none");
              }
            });
    Optional<String> sni = servers.shared("sni");
    Optional<String> name = sni.filter(text -> text.matches("str\\([^)]*\\)"));
    pool.put(
        "tls.serverName",
        servers
            .shared("verifyhost")
            .or(() -> name.map(text -> text.replaceAll("^str\\(|\\)$", ""))));
    sni.filter(text -> name.isEmpty())
        .ifPresent(text -> pool.note("sni " + text + ": each pool has one name, tls.serverName"));
    pool.put("tls.certificate", servers.shared("crt"));
    servers.shared("alpn").ifPresent(text -> pool.putAll("tls.alpn", List.of(text.split(","))));
    servers
        .shared("ssl-min-ver")
        .ifPresent(
            text -> {
              if (text.matches("TLSv1\\.[23]")) {
                pool.put("tls.minVersion", text);
              } else {
                pool.note("ssl-min-ver " + text + ": TLSv1.2 is the lowest");
              }
            });
  }
}
