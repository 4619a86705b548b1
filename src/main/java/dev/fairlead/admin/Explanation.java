package dev.fairlead.admin;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig.WhenDown;
import dev.fairlead.config.ServerNames;
import dev.fairlead.listener.ListenerTables;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which backend a client would get on this member now, and why the others would not be used. The
 * next client may get another backend. Immutable.
 */
record Explanation(ListenerConfig listener, Client client, List<Pool> pools) {

  /**
   * @param source null = any
   * @param sni the name it asks for by TLS, null = none
   * @param alpn the protocols it offers
   */
  record Client(@Nullable InetAddress source, @Nullable String sni, List<String> alpn) {}

  /** Builds look-up tables: not for event loops. */
  JsonObject toJson() {
    InetAddress source = client.source();
    ListenerTables tables = ListenerTables.of(listener);
    Integer route = tables.routes().find(serverName(), client.alpn(), source);
    String name = route == null ? listener.pool() : listener.routes().get(route).pool();
    Optional<Pool> pool = pools.stream().filter(each -> each.name().equals(name)).findFirst();
    boolean denied = source != null && !tables.access().admits(source);
    JsonObject json =
        new JsonObject()
            .put("listener", listener.name())
            .put("source", source == null ? null : source.getHostAddress())
            .put("sni", client.sni())
            .put("denied", denied)
            .put("route", route == null ? null : "routes[" + route + "]")
            .put("pool", name);
    return pool.map(each -> withBackends(json, each, denied))
        .orElseGet(
            () -> json.putNull("balance").putNull("backend").put("backends", new JsonArray()));
  }

  private @Nullable String serverName() {
    return client.sni() == null ? null : ServerNames.ofClient(client.sni()).orElse(null);
  }

  private JsonObject withBackends(JsonObject json, Pool pool, boolean denied) {
    InetAddress source = client.source();
    Backend chosen =
        denied ? null : pool.wouldPick(source == null ? null : new InetSocketAddress(source, 0));
    JsonArray backends = new JsonArray();
    pool.backends().forEach(backend -> backends.add(about(pool, backend, chosen, denied)));
    return json.put("balance", pool.config().balance().label())
        .put("backend", chosen == null ? null : chosen.id())
        .put("backends", backends);
  }

  private static JsonObject about(
      Pool pool, Backend backend, @Nullable Backend chosen, boolean denied) {
    return new JsonObject()
        .put("id", backend.id())
        .put("chosen", backend.equals(chosen))
        .put("eligible", backend.eligible())
        .put("weight", backend.config().weight())
        .put("clusterActive", backend.clusterActive())
        .put("why", denied ? "the listener denies the client" : why(pool, backend, chosen));
  }

  private static String why(Pool pool, Backend backend, @Nullable Backend chosen) {
    if (backend.equals(chosen)) {
      return backend.eligible()
          ? "chosen by " + pool.config().balance().label() + trial(backend)
          : "no backend is eligible, and whenDown is " + WhenDown.TRY_ALL.label();
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
      return "no backend is eligible, and " + takes(pool, chosen);
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
    return chosen == null ? "eligible since a moment ago" : "eligible, but " + takes(pool, chosen);
  }

  private static String trial(Backend backend) {
    return backend.isEjected() ? ", to try whether it works: it is ejected" : "";
  }

  private static String takes(Pool pool, Backend chosen) {
    return pool.config().balance().label() + " takes " + chosen.id();
  }
}
