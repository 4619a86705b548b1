package dev.fairlead.admin;

import dev.fairlead.admission.NetworkList;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.PoolConfig.WhenDown;
import dev.fairlead.config.ServerNames;
import dev.fairlead.listener.ListenerTables;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which backend a client would get on this member now, and why the others would not be used. The
 * next client may get another backend. Immutable.
 */
record Explanation(
    ListenerConfig listener, Client client, List<Pool> pools, Function<Path, NetworkList> lists) {

  /**
   * @param source null = any
   * @param sni the name it asks for by TLS, null = none
   * @param alpn the protocols it offers
   * @param port it connects to, of the listener; null = the only one, or not known
   */
  record Client(
      @Nullable InetAddress source,
      @Nullable String sni,
      List<String> alpn,
      @Nullable Integer port) {}

  /** What is expected instead of {@code port}; null = the listener has it, or any. */
  static @Nullable String notOf(ListenerConfig listener, int port) {
    BindAddress bind = listener.bind();
    boolean known = !bind.isUnix() && bind.port() != 0;
    return !known || (bind.port() <= port && port <= bind.lastPort()) ? null : "a port of " + bind;
  }

  /** Builds look-up tables: not for event loops. */
  JsonObject toJson() {
    InetAddress source = client.source();
    ListenerTables tables = ListenerTables.of(listener, lists);
    Integer route = tables.routes().find(serverName(), client.alpn(), source);
    String name = route == null ? listener.pool() : listener.routes().get(route).pool();
    Optional<Pool> pool = pools.stream().filter(each -> each.name().equals(name)).findFirst();
    boolean denied = source != null && !tables.access().admits(source);
    JsonObject json =
        new JsonObject()
            .put("listener", listener.name())
            .put("source", source == null ? null : source.getHostAddress())
            .put("sni", client.sni())
            .put("state", listener.state().label())
            .put("denied", denied)
            .put("deniedBy", denied ? deniedBy(Objects.requireNonNull(source)) : null)
            .put("route", route == null ? null : "routes[" + route + "]")
            .put("pool", name);
    if (client.port() != null) {
      json.put("port", client.port());
    }
    return pool.map(each -> withBackends(json, each, refusal(denied)))
        .orElseGet(
            () -> json.putNull("balance").putNull("backend").put("backends", new JsonArray()));
  }

  /** Null = one of several, or not known before it is bound. */
  private @Nullable Integer port() {
    BindAddress bind = listener.bind();
    boolean only = !bind.isUnix() && !bind.isRange() && bind.port() != 0;
    return client.port() == null && only ? (Integer) bind.port() : client.port();
  }

  /** Why the client is not let in, whatever the backends are like; null = it is. */
  private @Nullable String refusal(boolean denied) {
    if (!listener.isOpen()) {
      return "the listener is draining";
    }
    return denied ? "the listener denies the client" : null;
  }

  /** The entry that keeps {@code address} out. */
  private String deniedBy(InetAddress address) {
    AccessConfig access = listener.access();
    for (Cidr network : access.deny()) {
      if (network.contains(address)) {
        return "deny: " + network;
      }
    }
    return access.denyFiles().stream()
        .flatMap(each -> Stream.ofNullable(lists.apply(each.file()).entryOf(address)))
        .findFirst()
        .map(entry -> "deny: " + entry)
        .orElse("allow: no entry has it");
  }

  private @Nullable String serverName() {
    return client.sni() == null ? null : ServerNames.ofClient(client.sni()).orElse(null);
  }

  private JsonObject withBackends(JsonObject json, Pool pool, @Nullable String refusal) {
    InetAddress source = client.source();
    Backend chosen = refusal != null ? null : pool.wouldPick(address(source));
    boolean isKept = chosen != null && chosen.equals(pool.keptBy(address(source)));
    JsonArray backends = new JsonArray();
    pool.backends()
        .forEach(
            backend -> {
              JsonObject about = about(pool, backend, new Chosen(chosen, isKept), refusal);
              if (backend.config().isSamePort()) {
                Integer port = port();
                about.put("address", port == null ? null : backend.config().addressFor(port));
              }
              backends.add(about);
            });
    return json.put("balance", pool.config().balance().label())
        .put("backend", chosen == null ? null : chosen.id())
        .put("backends", backends);
  }

  private static JsonObject about(
      Pool pool, Backend backend, Chosen chosen, @Nullable String refusal) {
    return new JsonObject()
        .put("id", backend.id())
        .put("chosen", backend.equals(chosen.backend))
        .put("eligible", backend.eligible())
        .put("weight", backend.config().weight())
        .put("clusterActive", backend.clusterActive())
        .put("why", refusal != null ? refusal : why(pool, backend, chosen));
  }

  private static String why(Pool pool, Backend backend, Chosen choice) {
    Backend chosen = choice.backend;
    if (backend.equals(chosen)) {
      return backend.eligible()
          ? choice.by(pool) + trial(backend)
          : "no backend is eligible, and whenDown is " + WhenDown.TRY_ALL.label();
    }
    if (backend.isReject() && backend.isWanted()) {
      return "refuses its share of the sessions, by weight";
    }
    if (backend.config().state() != State.ENABLED) {
      return "state is " + backend.config().state().label();
    }
    if (backend.config().weight() == 0) {
      return "weight is 0";
    }
    if (!backend.agent().takesSessions()) {
      return "its agent says " + backend.agent().text();
    }
    if (chosen != null && !chosen.eligible()) {
      return "no backend is eligible, and " + choice.takes(pool);
    }
    if (!backend.isHealthy()) {
      String told = backend.agent().down();
      return told == null ? "down: its probes fail" : "down: its agent says " + told;
    }
    if (backend.isEjected()) {
      return "ejected by this member, for its failures";
    }
    if (backend.config().tier() > pool.tier()) {
      return backend.config().tier() == BackendConfig.BACKUP
          ? "backup, and a primary is eligible"
          : "of tier " + backend.config().tier() + ", and one of a lower tier is eligible";
    }
    if (!backend.hasRoom()) {
      return "full: it has as many sessions as this member may give it";
    }
    return chosen == null ? "eligible since a moment ago" : "eligible, but " + choice.takes(pool);
  }

  private static String trial(Backend backend) {
    return backend.isEjected() ? ", to try whether it works: it is ejected" : "";
  }

  /** What the client would get, null = nothing. */
  private record Chosen(@Nullable Backend backend, boolean isKept) {
    private String by(Pool pool) {
      return isKept ? "kept for this source" : "chosen by " + pool.config().balance().label();
    }

    private String takes(Pool pool) {
      String id = Objects.requireNonNull(backend).id();
      return isKept ? "this source keeps " + id : pool.config().balance().label() + " takes " + id;
    }
  }

  private static @Nullable InetSocketAddress address(@Nullable InetAddress source) {
    return source == null ? null : new InetSocketAddress(source, 0);
  }
}
