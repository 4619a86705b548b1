package dev.fairlead.imports.haproxy;

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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Turns a {@code frontend} or {@code listen} section into listeners: one for each address. */
final class ListenerImport {
  private static final String OF_ALL =
      "; it was one limit for all addresses of the section, here each listener has its own";

  private final ImportedConfig result;
  private final GlobalSection global;
  private final Set<String> pools;

  /** Names of listeners so far. */
  private final Set<String> names = new HashSet<>();

  /** {@code pools} are the names of all pools. */
  ListenerImport(ImportedConfig result, GlobalSection global, Set<String> pools) {
    this.result = result;
    this.global = global;
    this.pools = pools;
  }

  /** Returns where comments about the section belong. */
  YamlBlock put(HaproxySection section) {
    YamlBlock elsewhere = result.heading(section.title());
    List<BindLine> binds = section.scope().all("bind").stream().map(BindLine::new).toList();
    boolean apart = section.asksForPorts();
    List<PeerAddress> all =
        binds.stream().flatMap(bind -> bind.addresses(elsewhere, apart).stream()).toList();
    long listeners = all.stream().filter(each -> !each.isWithin(all)).count();
    YamlBlock first = null;
    for (BindLine bind : binds) {
      for (PeerAddress address : bind.addresses(elsewhere, apart)) {
        if (address.isWithin(all)) {
          elsewhere.note(bind.statement(), "[::] of the same port takes these clients too");
          continue;
        }
        Optional<YamlBlock> listener = listener(section, bind, address, listeners > 1, elsewhere);
        if (first != null) {
          listener.ifPresent(YamlBlock::forgetNotes);
        }
        listener.ifPresent(block -> bind(block, bind, address));
        first = first == null ? listener.orElse(null) : first;
      }
    }
    return first == null ? elsewhere : first;
  }

  private Optional<YamlBlock> listener(
      HaproxySection section,
      BindLine bind,
      PeerAddress address,
      boolean several,
      YamlBlock elsewhere) {
    YamlBlock draft = new YamlBlock();
    BackendRules routes = new BackendRules(draft, section, address.port(), pools);
    Optional<String> pool = routes.pool();
    List<YamlBlock> all = routes.all();
    if (pool.isEmpty() && all.isEmpty()) {
      elsewhere.note(bind.statement(), "left out: it has no backend here");
      return Optional.empty();
    }
    YamlBlock listener = result.listener();
    draft.notes().forEach(listener::note);
    String port = address.isUnix() ? "unix" : address.port().replaceAll("[^0-9A-Za-z_-]", "");
    String name = bind.value("name").orElse(several ? section.name() + "-" + port : section.name());
    listener.put("name", unused(ForeignName.of(name))).put("bind", address.bind(address.port()));
    listener.put("pool", pool);
    listener.put("routes", all.isEmpty() ? null : all);
    new AccessRules(listener, section).put();
    limits(listener, section.scope(), several);
    helloTimeout(listener, section.scope(), bind, routes.readsHello());
    return Optional.of(listener);
  }

  private String unused(String name) {
    String free = name;
    for (int i = 2; !names.add(free); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  /** Each of {@code several} listeners of a section has limits of its own. */
  private static void limits(YamlBlock listener, Scope scope, boolean several) {
    scope.value("backlog").map(ForeignNumber::show).ifPresent(n -> listener.put("backlog", n));
    scope
        .last("maxconn")
        .ifPresent(
            line -> {
              listener.put("limits.connections", ForeignNumber.show(line.word(1)));
              listener.note(
                  line,
                  "one client more is refused; to have it wait, see limits.queue"
                      + (several ? OF_ALL : ""));
            });
    scope
        .last("rate-limit", "sessions")
        .ifPresent(
            line -> {
              Object rate = ForeignNumber.show(line.word(2));
              listener.put("limits.newConnectionsPerSecond", rate);
              listener.note(
                  line,
                  "one client more is refused; HAProxy has it wait" + (several ? OF_ALL : ""));
            });
  }

  private static void helloTimeout(
      YamlBlock listener, Scope scope, BindLine bind, boolean readsHello) {
    boolean ssl = bind.has("ssl");
    if (readsHello && !ssl) {
      listener.put("tls.mode", "passthrough");
    }
    Optional<Statement> delay = scope.last("tcp-request", "inspect-delay");
    delay.ifPresent(
        line -> {
          if (readsHello || ssl) {
            listener.put(
                "tls.helloTimeout", ForeignTime.show(ForeignTime.of(line, line.word(2), "ms")));
          } else {
            listener.note(line, "the bytes of clients are not looked at");
          }
        });
    if (ssl) {
      scope
          .last("timeout", "client-hs")
          .map(line -> ForeignTime.show(ForeignTime.of(line, line.word(2), "ms")))
          .ifPresent(time -> listener.put("tls.handshakeTimeout", time));
    }
  }

  private void bind(YamlBlock listener, BindLine bind, PeerAddress address) {
    Stream<String> ofFile =
        address.isUnix() ? Stream.of("mode", "user", "group").filter(bind::has) : Stream.empty();
    if (!ofFile.toList().isEmpty()) {
      listener.put("bind", new YamlBlock().put("unix", address.unix()));
      listener.put("bind.mode", bind.value("mode").map(ListenerImport::octal));
      listener.put("bind.owner", bind.value("user"));
      listener.put("bind.group", bind.value("group"));
    }
    if (bind.has("accept-proxy")) {
      listener.put("proxyProtocol.mode", "required");
      listener.note(bind.statement(), "accept-proxy", "name who may send it in trusted");
    }
    bind.value("backlog").ifPresent(text -> listener.put("backlog", ForeignNumber.show(text)));
    bind.value("maxconn")
        .ifPresent(text -> listener.put("limits.connections", ForeignNumber.show(text)));
    if (bind.has("ssl")) {
      tls(listener, bind);
    }
    bind.noteUnused(listener);
  }

  private static String octal(String mode) {
    return mode.length() == 3 ? "0" + mode : mode;
  }

  private void tls(YamlBlock listener, BindLine bind) {
    List<YamlBlock> certificates = new ArrayList<>();
    for (String each : bind.values("crt")) {
      String file = global.certificate(each);
      boolean directory = GlobalSection.isDirectory(file);
      certificates.add(new YamlBlock().put(directory ? "directory" : "cert", file));
    }
    if (certificates.isEmpty()) {
      throw new ImportException(
          bind.statement(), "ssl without crt", "crt with a certificate; crt-list is not read");
    }
    listener.put("tls.certificates", certificates);
    Optional<String> ca = bind.value("ca-file").map(global::authority);
    Optional<String> verify = bind.value("verify");
    if (ca.isPresent() && !verify.equals(Optional.of("none"))) {
      boolean optional = verify.equals(Optional.of("optional"));
      listener.put("tls.clientAuth", optional ? "request" : "require");
      listener.put("tls.clientCa", ca);
      listener.put("tls.clientCrl", bind.value("crl-file").map(global::authority));
    }
    versions(listener, bind);
    bind.value("alpn").ifPresent(text -> listener.putAll("tls.alpn", List.of(text.split(","))));
    if (bind.has("no-tls-tickets")) {
      listener.put("tls.tickets", "off");
    }
  }

  private void versions(YamlBlock listener, BindLine bind) {
    Optional<String> version = bind.value("ssl-min-ver").or(global::minVersion);
    if (version.filter(text -> !text.matches("TLSv1\\.[23]")).isPresent()) {
      bind.note(listener, "ssl-min-ver", version.get() + " is not spoken: TLSv1.2 is the lowest");
    } else {
      listener.put("tls.minVersion", version);
    }
    Optional<String> ciphers = bind.value("ciphers");
    if (ciphers.filter(text -> !text.matches("[A-Z0-9:-]+-[A-Z0-9:-]+")).isPresent()) {
      bind.note(listener, "ciphers", "Fairlead takes a list of names without classes");
    } else {
      ciphers.ifPresent(text -> listener.putAll("tls.ciphers", List.of(text.split(":"))));
    }
  }
}
