package dev.fairlead.admin;

import dev.fairlead.admission.AccessList;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig.WhenDown;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which backend a client would get on this member now, and why the others would not be used. The
 * next client may get another backend. Immutable.
 */
record Explanation(
    ListenerConfig listener, @Nullable InetAddress source, @Nullable String sni, Pool pool) {

  /** Builds balancer tables: not for event loops. */
  JsonObject toJson() {
    boolean denied = source != null && !AccessList.of(listener.access()).admits(source);
    Backend chosen =
        denied ? null : pool.wouldPick(source == null ? null : new InetSocketAddress(source, 0));
    JsonArray backends = new JsonArray();
    pool.backends().forEach(backend -> backends.add(about(backend, chosen, denied)));
    return new JsonObject()
        .put("listener", listener.name())
        .put("source", source == null ? null : source.getHostAddress())
        .put("sni", sni)
        .put("denied", denied)
        .putNull("route")
        .put("pool", pool.name())
        .put("balance", pool.config().balance().label())
        .put("backend", chosen == null ? null : chosen.id())
        .put("backends", backends);
  }

  private JsonObject about(Backend backend, @Nullable Backend chosen, boolean denied) {
    return new JsonObject()
        .put("id", backend.id())
        .put("chosen", backend.equals(chosen))
        .put("eligible", backend.eligible())
        .put("weight", backend.config().weight())
        .put("clusterActive", backend.clusterActive())
        .put("why", denied ? "the listener denies the client" : why(backend, chosen));
  }

  private String why(Backend backend, @Nullable Backend chosen) {
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
    if (chosen != null && !chosen.eligible()) {
      return "no backend is eligible, and " + takes(chosen);
    }
    if (!backend.isHealthy()) {
      return "down: its probes fail";
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
    return chosen == null ? "eligible since a moment ago" : "eligible, but " + takes(chosen);
  }

  private static String trial(Backend backend) {
    return backend.isEjected() ? ", to try whether it works: it is ejected" : "";
  }

  private String takes(Backend chosen) {
    return pool.config().balance().label() + " takes " + chosen.id();
  }
}
