package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ByteSizes;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.Durations;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.ListFile;
import dev.fairlead.config.ListenerConfig.Route;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.AgentConfig;
import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.config.PoolConfig.DiscoveryConfig;
import dev.fairlead.config.PoolConfig.Outlier;
import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes the dynamic part of a configuration in the form of a configuration file, defaults
 * included: loading it again gives an equal dynamic part. Paths are absolute. Keys and secrets are
 * never in it, only the names of their files.
 */
public final class ConfigJson {
  private ConfigJson() {}

  /** {@code {listeners: [...], pools: [...]}}. */
  public static JsonObject dynamicPart(FairleadConfig config) {
    return new JsonObject()
        .put("listeners", array(config.listeners(), ConfigJson::listener))
        .put("pools", array(config.pools(), ConfigJson::pool));
  }

  private static <T> JsonArray array(Collection<T> items, Function<T, Object> writer) {
    return new JsonArray(items.stream().map(writer).toList());
  }

  private static JsonObject listener(ListenerConfig listener) {
    return new JsonObject()
        .put("name", text(listener.name()))
        .put("bind", bind(listener.bind()))
        .put("backlog", listener.backlog())
        .put("pool", text(listener.pool()))
        .put("routes", array(listener.routes(), ConfigJson::route))
        .put("allow", access(listener.access().allow(), listener.access().allowFiles()))
        .put("deny", access(listener.access().deny(), listener.access().denyFiles()))
        .put("proxyProtocol", accept(listener.proxyProtocol()))
        .put("tls", TlsJson.listener(listener.tls()))
        .put("limits", limits(listener.limits()))
        .put("state", listener.state().label());
  }

  private static JsonArray access(List<Cidr> networks, List<ListFile> files) {
    List<Object> entries = new ArrayList<>(networks);
    entries.replaceAll(Object::toString);
    files.forEach(
        each ->
            entries.add(each.index(), new JsonObject().put("file", text(each.file().toString()))));
    return new JsonArray(entries);
  }

  private static JsonObject route(Route route) {
    return new JsonObject()
        .put("sni", array(route.sni(), name -> name))
        .put("alpn", array(route.alpn(), ConfigJson::text))
        .put("source", array(route.source(), Cidr::toString))
        .put("pool", text(route.pool()));
  }

  private static JsonObject accept(@Nullable AcceptProxy proxy) {
    return proxy == null
        ? accept("off", AcceptProxy.DEFAULT)
        : accept(proxy.required() ? "required" : "optional", proxy);
  }

  private static JsonObject accept(String mode, AcceptProxy proxy) {
    return new JsonObject()
        .put("mode", mode)
        .put("trusted", array(proxy.trusted(), Cidr::toString))
        .put("timeout", Durations.show(proxy.timeout()))
        .put("maxTlvBytes", ByteSizes.show(proxy.maxTlvBytes()));
  }

  private static Object bind(BindAddress bind) {
    BindAddress.UnixSocket unix = bind.unix();
    return unix == null || unix.isPlain()
        ? Substitution.escape(bind.toString())
        : new JsonObject()
            .put("unix", text(unix.path()))
            .put("mode", String.format(Locale.ROOT, "%04o", unix.mode()))
            .put("owner", text(unix.owner()))
            .put("group", text(unix.group()));
  }

  private static JsonObject limits(ListenerLimits limits) {
    return new JsonObject()
        .put("connections", limits.connections())
        .put("connectionsPerSource", limits.connectionsPerSource())
        .put("newConnectionsPerSecond", limits.newConnectionsPerSecond())
        .put("scope", limits.scope().label())
        .put("queue", queue(limits.queue()))
        .put("refuseWith", limits.refuseWith().label());
  }

  private static JsonObject queue(QueueConfig queue) {
    return new JsonObject()
        .put("size", queue.size())
        .put("timeout", Durations.show(queue.timeout()));
  }

  private static JsonObject pool(PoolConfig pool) {
    return new JsonObject()
        .put("name", text(pool.name()))
        .put("balance", pool.balance().label())
        .put("backends", array(pool.backends(), ConfigJson::backend))
        .put("discovery", discovery(pool.discovery()))
        .put("health", health(pool.health()))
        .put("outlier", outlier(pool.outlier()))
        .put("slowStart", Durations.show(pool.slowStart()))
        .put("connect", connect(pool.connect()))
        .put("timeouts", timeouts(pool.timeouts()))
        .put("limits", limits(pool.limits()))
        .put("proxyProtocol", send(pool.proxyProtocol()))
        .put("tls", TlsJson.backend(pool.tls()))
        .put("whenDown", pool.whenDown().label())
        .put("onBackendDown", pool.onBackendDown().label())
        .put("closeAfter", Durations.show(pool.closing().after()))
        .put("closeSpread", Durations.show(pool.closing().spread()))
        .put("rebalance", rebalance(pool.rebalance()))
        .put("stickiness", stickiness(pool.stickiness()))
        .put("agent", agent(pool.agent()))
        .put("replies", replies(pool.replies()));
  }

  private static JsonObject limits(PoolLimits limits) {
    return new JsonObject()
        .put("connections", limits.connections())
        .put("connectionsPerBackend", limits.connectionsPerBackend())
        .put("scope", limits.scope().label())
        .put("queue", queue(limits.queue()));
  }

  private static JsonObject backend(BackendConfig backend) {
    JsonObject json = new JsonObject();
    if (backend.isReject()) {
      return json.put("reject", true)
          .put("weight", backend.weight())
          .put("state", backend.state().label());
    }
    if (backend.unixPath() != null) {
      json.put("unix", text(backend.unixPath()));
    } else {
      json.put("host", text(backend.host())).put("port", port(backend.port()));
    }
    return json.put("weight", backend.weight())
        .put("state", backend.state().label())
        .put("backup", backend.tier() > BackendConfig.PRIMARY)
        .put("maxConnections", backend.maxConnections());
  }

  private static Object port(int port) {
    return port == BackendConfig.SAME_PORT ? (Object) BackendConfig.SAME : port;
  }

  private static @Nullable JsonObject discovery(@Nullable DiscoveryConfig discovery) {
    if (discovery == null) {
      return null;
    }
    JsonObject json = new JsonObject();
    if (discovery.srv() == null) {
      json.put("dns", discovery.dns()).put("port", port(discovery.port()));
    } else {
      json.put("srv", discovery.srv());
    }
    return json.put("refresh", Durations.show(discovery.refresh()));
  }

  private static JsonObject health(HealthConfig health) {
    return new JsonObject()
        .put("type", health.type().label())
        .put("interval", Durations.show(health.interval()))
        .put("fastInterval", durationOrNull(health.fastInterval()))
        .put("downInterval", durationOrNull(health.downInterval()))
        .put("timeout", Durations.show(health.timeout()))
        .put("rise", health.rise())
        .put("fall", health.fall())
        .put("probers", health.probers())
        .put("port", health.port())
        .put("http", http(health.http()))
        .put("expect", array(health.expect(), ConfigJson::step))
        .put("end", health.end().label());
  }

  private static JsonObject http(HealthConfig.Http http) {
    JsonObject headers = new JsonObject();
    http.headers().forEach((name, value) -> headers.put(name, text(value)));
    return new JsonObject()
        .put("method", text(http.method()))
        .put("path", text(http.path()))
        .put("host", http.host())
        .put("headers", headers)
        .put("status", http.status().toString())
        .put("body", http.body() == null ? null : text(http.body().text()));
  }

  private static JsonObject step(HealthConfig.ExpectStep step) {
    return new JsonObject().put(step.action().key(), text(step.text()));
  }

  private static @Nullable String durationOrNull(@Nullable Duration duration) {
    return duration == null ? null : Durations.show(duration);
  }

  private static Object send(@Nullable SendProxy proxy) {
    if (proxy == null) {
      return "off";
    }
    String version = proxy.version().label();
    return proxy.equals(SendProxy.of(proxy.version()))
        ? version
        : new JsonObject()
            .put("version", version)
            .put("crc32c", proxy.crc32c())
            .put("uniqueId", proxy.uniqueId())
            .put("ssl", proxy.ssl())
            .put("authority", proxy.authority())
            .put("passThrough", proxy.passThrough());
  }

  private static Object rebalance(@Nullable Rebalance rebalance) {
    return rebalance == null
        ? "off"
        : new JsonObject()
            .put("excess", rebalance.excessPercent() + "%")
            .put("rate", rebalance.ratePercent() + "%")
            .put("minAge", Durations.show(rebalance.minAge()))
            .put("quiet", Durations.show(rebalance.quiet()));
  }

  private static @Nullable JsonObject stickiness(@Nullable Stickiness stickiness) {
    return stickiness == null
        ? null
        : new JsonObject()
            .put("by", "source")
            .put("ttl", Durations.show(stickiness.ttl()))
            .put("size", stickiness.size());
  }

  private static @Nullable JsonObject agent(@Nullable AgentConfig agent) {
    return agent == null
        ? null
        : new JsonObject()
            .put("port", agent.port())
            .put("interval", Durations.show(agent.interval()))
            .put("timeout", Durations.show(agent.timeout()));
  }

  private static Object outlier(@Nullable Outlier outlier) {
    return outlier == null
        ? "off"
        : new JsonObject()
            .put("failures", outlier.failures())
            .put("ejection", Durations.show(outlier.ejection()))
            .put("maxEjected", outlier.maxEjectedPercent() + "%");
  }

  private static JsonObject connect(Connect connect) {
    return new JsonObject()
        .put("timeout", Durations.show(connect.timeout()))
        .put("attempts", connect.attempts())
        .put("source", array(connect.source(), InetAddress::getHostAddress));
  }

  private static JsonObject timeouts(Timeouts timeouts) {
    return new JsonObject()
        .put("idle", Durations.show(timeouts.idle()))
        .put("close", Durations.show(timeouts.close()))
        .put("maxDuration", Durations.show(timeouts.maxDuration()))
        .put("jitter", timeouts.jitterPercent() + "%");
  }

  private static JsonObject replies(Replies replies) {
    return new JsonObject()
        .put("noBackend", text(replies.noBackend()))
        .put("connectFailed", text(replies.connectFailed()));
  }

  /** A null stays null. */
  private static @Nullable String text(@Nullable String text) {
    return text == null ? null : Substitution.escape(text);
  }
}
