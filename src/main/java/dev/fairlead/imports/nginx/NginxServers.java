package dev.fairlead.imports.nginx;

import dev.fairlead.config.BindAddress;
import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ImportedConfig;
import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns {@code server} blocks into listeners: one for each address. */
final class NginxServers {
  private final ImportedConfig result;
  private final Scope stream;
  private final NginxPools pools;

  /** Names of listeners so far. */
  private final Set<String> names = new HashSet<>();

  NginxServers(ImportedConfig result, Scope stream, NginxPools pools) {
    this.result = result;
    this.stream = stream;
    this.pools = pools;
  }

  void put(Statement block) {
    block.use();
    Scope server = new Scope(block.block(), stream);
    YamlBlock elsewhere = result.heading("server (" + block.place() + ")");
    List<Statement> listens = server.all("listen");
    Optional<Statement> pass = server.last("proxy_pass");
    if (pass.isEmpty()) {
      elsewhere.note(block, "left out: it has no proxy_pass");
    }
    YamlBlock first = pass.isEmpty() ? null : listeners(server, listens, pass.get(), elsewhere);
    YamlBlock place = first == null ? elsewhere : first;
    server.unused().forEach(each -> place.note(each, NginxReasons.reason(each)));
  }

  /** The first of them, null when there is none. */
  private @Nullable YamlBlock listeners(
      Scope server, List<Statement> listens, Statement pass, YamlBlock elsewhere) {
    List<PeerAddress> all =
        listens.stream().flatMap(each -> addresses(each, elsewhere).stream()).toList();
    YamlBlock first = null;
    for (Statement listen : listens) {
      for (PeerAddress address : addresses(listen, elsewhere)) {
        if (address.isWithin(all)) {
          elsewhere.note(listen, "[::] of the same port takes these clients too");
          continue;
        }
        YamlBlock listener = listener(server, listen, address, pass, elsewhere);
        if (first != null && listener != null) {
          listener.forgetNotes();
        }
        if (listener != null) {
          flags(listener, server, listen);
          first = first == null ? listener : first;
        }
      }
    }
    return first;
  }

  private List<PeerAddress> addresses(Statement listen, YamlBlock elsewhere) {
    String text = listen.word(1);
    Optional<PeerAddress> address =
        PeerAddress.parse(text.matches("\\d+(?:-\\d+)?") ? "*:" + text : text);
    boolean udp = listen.from(2).contains("udp") || listen.from(2).contains("quic");
    String host = address.map(PeerAddress::host).orElse("");
    boolean named = host != null && !host.matches("|[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    if (udp || address.isEmpty() || named) {
      elsewhere.note(listen, udp ? "left out: Fairlead has no UDP" : "left out: no IP:port");
      return List.of();
    }
    String port = address.get().port();
    if (port.matches("\\d+-\\d+")) {
      int from = Integer.parseInt(port.split("-", -1)[0]);
      int to = Integer.parseInt(port.split("-", -1)[1]);
      if (to - from >= BindAddress.MOST_PORTS) {
        elsewhere.note(listen, "left out: more than " + BindAddress.MOST_PORTS + " ports");
        return List.of();
      }
    }
    return List.of(address.get());
  }

  private @Nullable YamlBlock listener(
      Scope server, Statement listen, PeerAddress address, Statement pass, YamlBlock elsewhere) {
    String target = pass.word(1);
    YamlBlock draft = new YamlBlock();
    boolean preread = server.value("ssl_preread").equals(Optional.of("on"));
    if (target.startsWith("$")) {
      Optional<NginxRoutes> routes = NginxRoutes.of(target, stream, server, pools);
      if (routes.isEmpty() || !routes.get().put(draft)) {
        draft.notes().forEach(elsewhere::note);
        elsewhere.note(pass, "left out: a route asks for sni, alpn and source only");
        return null;
      }
    } else if (target.contains("$") && !pools.isOfSamePort(target)) {
      elsewhere.note(pass, "left out: the address of a backend cannot be computed");
      return null;
    } else {
      draft.put("pool", pools.pool(target, server, pass));
    }
    YamlBlock listener = result.listener();
    draft.notes().forEach(listener::note);
    listener.put("name", name(draft, target, address));
    listener.put("bind", address.bind(address.port()));
    listener.put("pool", draft.get("pool")).put("routes", draft.get("routes"));
    new NginxAccess(listener, server).put();
    if (preread) {
      listener.put("tls.mode", "passthrough");
      listener.put("tls.helloTimeout", NginxPools.time(server, "preread_timeout", "30s"));
    } else if (draft.get("routes").isPresent() && listen.from(2).contains("ssl")) {
      listener.put("tls.helloTimeout", NginxPools.time(server, "preread_timeout", "30s"));
    }
    return listener;
  }

  private String name(YamlBlock draft, String target, PeerAddress address) {
    String port = address.isUnix() ? "unix" : address.port();
    String base =
        target.startsWith("$")
            ? target.substring(1)
            : String.valueOf(draft.get("pool").orElse(port));
    String free = base;
    if (names.contains(base)) {
      free = base + "-" + port;
    }
    for (int i = 2; !names.add(free); i++) {
      free = base + "-" + port + "-" + i;
    }
    return free;
  }

  private void flags(YamlBlock listener, Scope server, Statement listen) {
    List<String> rest = new ArrayList<>();
    for (String flag : listen.from(2)) {
      if (flag.startsWith("backlog=")) {
        listener.put("backlog", ForeignNumber.show(flag.substring("backlog=".length())));
      } else if (flag.equals("proxy_protocol")) {
        proxyProtocol(listener, server);
      } else if (flag.equals("ssl")) {
        new NginxTls(server).listener(listener, listen);
      } else {
        rest.add(flag);
      }
    }
    rest.forEach(flag -> listener.note(listen, flag, reason(flag)));
  }

  private static String reason(String flag) {
    return switch (flag.replaceFirst("=.*", "")) {
      case "reuseport" -> "each event loop has a socket of its own anyway";
      case "so_keepalive" -> "both sides always have TCP keep-alive";
      default -> "no counterpart";
    };
  }

  private static void proxyProtocol(YamlBlock listener, Scope server) {
    List<String> trusted =
        server.all("set_real_ip_from").stream()
            .map(line -> line.word(1))
            .filter(each -> !each.equals("unix:"))
            .toList();
    listener.put("proxyProtocol.mode", "required");
    listener.putAll("proxyProtocol.trusted", trusted);
    if (trusted.isEmpty()) {
      listener.note("proxy_protocol without set_real_ip_from: name who may send it in trusted");
    }
    listener.put("proxyProtocol.timeout", NginxPools.time(server, "proxy_protocol_timeout", "30s"));
  }
}
