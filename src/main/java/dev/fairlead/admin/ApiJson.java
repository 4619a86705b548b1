package dev.fairlead.admin;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.Route;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.net.tls.CertificateWatch;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.net.tls.ServerCertificate;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.LastCheck;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The response bodies of the API. Field names are API. Any thread. */
final class ApiJson {
  /** The state of what is in force, unless a backend is configured otherwise. */
  static final String ENABLED = BackendConfig.State.ENABLED.label();

  /** The state of what is no longer in force and still has live sessions. */
  static final String REMOVED = "removed";

  private ApiJson() {}

  static JsonObject status(MemberView member) {
    MemberView.Status status = member.status();
    return new JsonObject()
        .put("id", status.id())
        .put("name", status.name())
        .put("version", status.version())
        .put("started", SystemEvent.TIME.format(status.started()))
        .put("uptimeSeconds", uptimeSeconds(status.started()))
        .put("transport", status.transport())
        .put("eventLoops", status.eventLoops())
        .put("sessions", status.sessions())
        .put("maxSessions", status.maxSessions())
        .put("draining", status.draining())
        .put(
            "accessLog",
            new JsonObject()
                .put("waiting", status.accessLog().waiting())
                .put("dropped", status.accessLog().dropped()))
        .put("tls", tls(status.tls()))
        .put("clustered", status.clustered())
        .put("revision", member.config().revision().revision())
        .mergeIn(list("listeners", inForce(member.listeners()), ApiJson::address))
        .put(
            "config",
            new JsonObject()
                .put("file", status.configFile())
                .put("fileInForce", status.fileInForce())
                .put("author", status.configAuthor())
                .put("problems", new JsonArray(status.configProblems()))
                .put("restartNeeded", new JsonArray(status.restartNeeded())));
  }

  private static @Nullable JsonObject tls(MemberView.@Nullable TlsStatus tls) {
    return tls == null
        ? null
        : new JsonObject().put("provider", tls.provider()).put("notes", new JsonArray(tls.notes()));
  }

  private static List<MemberView.ListenerStatus> inForce(List<MemberView.ListenerStatus> all) {
    return all.stream().filter(listener -> !listener.isRemoved()).toList();
  }

  private static JsonObject address(MemberView.ListenerStatus listener) {
    return new JsonObject().put("name", listener.name()).put("address", listener.address());
  }

  static JsonObject members(List<MemberInfo> members) {
    return list("members", members, ApiJson::member);
  }

  private static JsonObject member(MemberInfo member) {
    return new JsonObject()
        .put("id", member.id())
        .put("name", member.name())
        .put("address", member.address())
        .put("version", member.version())
        .put("started", SystemEvent.TIME.format(member.started()))
        .put("uptimeSeconds", uptimeSeconds(member.started()))
        .put("revision", member.revision())
        .put("sessions", member.sessions())
        .put("ready", member.ready())
        .put("draining", member.draining());
  }

  /** By this member's clock; 0 if the other member's clock is ahead. */
  private static long uptimeSeconds(Instant started) {
    return Math.max(0, Duration.between(started, Instant.now()).toSeconds());
  }

  static JsonObject listeners(MemberView member) {
    return list("listeners", member.listeners(), ApiJson::listener);
  }

  private static JsonObject listener(MemberView.ListenerStatus listener) {
    return new JsonObject()
        .put("name", listener.name())
        .put("state", listener.state())
        .put("bind", listener.bind())
        .put("address", listener.address())
        .put("pool", listener.pool())
        .put("routes", new JsonArray(listener.routes().stream().map(ApiJson::route).toList()))
        .put("active", listener.active())
        .put("total", listener.total());
  }

  /** Certificates, and what keeps newer ones from being used. */
  static JsonObject certificates(MemberView member, Instant now) {
    return list("certificates", member.certificates(), each -> certificate(each, now))
        .mergeIn(list("problems", member.unusableFiles(), ApiJson::unusable));
  }

  private static JsonObject certificate(ListenerCertificate one, Instant now) {
    ServerCertificate certificate = one.certificate();
    X509Certificate leaf = certificate.leaf();
    return new JsonObject()
        .put("listener", one.listener())
        .put("names", new JsonArray(certificate.names()))
        .put("issuer", leaf.getIssuerX500Principal().getName())
        .put("serial", leaf.getSerialNumber().toString(16))
        .put("expires", SystemEvent.TIME.format(certificate.notAfter()))
        .put("daysLeft", CertificateWatch.daysLeft(certificate, now))
        .put("file", certificate.file().toString());
  }

  private static JsonObject unusable(MemberView.UnusableFiles files) {
    return new JsonObject()
        .put("listener", files.listener())
        .put("pool", files.pool())
        .put("message", files.message());
  }

  static JsonObject route(Route route) {
    return new JsonObject()
        .put("sni", new JsonArray(route.sni()))
        .put("alpn", new JsonArray(route.alpn()))
        .put("source", new JsonArray(route.source().stream().map(Cidr::toString).toList()))
        .put("pool", route.pool());
  }

  /** The pools in force with their removed backends, then the removed pools. */
  static JsonObject pools(MemberView member) {
    Map<String, List<Backend>> removed =
        member.removedBackends().stream()
            .collect(Collectors.groupingBy(Backend::pool, TreeMap::new, Collectors.toList()));
    JsonArray pools = new JsonArray();
    for (Pool pool : member.pools()) {
      JsonArray backends = new JsonArray();
      pool.backends().forEach(each -> backends.add(backend(each, each.config().state().label())));
      removed.getOrDefault(pool.name(), List.of()).forEach(each -> backends.add(removed(each)));
      removed.remove(pool.name());
      pools.add(pool(pool.name(), ENABLED, pool.config().balance().label(), backends));
    }
    removed.forEach(
        (name, backends) ->
            pools.add(
                pool(
                    name,
                    REMOVED,
                    null,
                    new JsonArray(backends.stream().map(ApiJson::removed).toList()))));
    return new JsonObject().put("pools", pools);
  }

  private static JsonObject pool(
      String name, String state, @Nullable String balance, JsonArray backends) {
    return new JsonObject()
        .put("name", name)
        .put("state", state)
        .put("balance", balance)
        .put("backends", backends);
  }

  private static JsonObject removed(Backend backend) {
    return backend(backend, REMOVED);
  }

  private static JsonObject backend(Backend backend, String state) {
    JsonObject json =
        new JsonObject()
            .put("id", backend.id())
            .put("weight", backend.config().weight())
            .put("state", state)
            .put("healthy", backend.isHealthy())
            .put("ejected", backend.isEjected())
            .put("active", backend.active())
            .put("clusterActive", backend.clusterActive())
            .put("total", backend.total())
            .put("failures", backend.failures())
            .put("maxActive", backend.mostActive())
            .put("downSeconds", backend.downTotal().toSeconds())
            .put("downNowSeconds", backend.downFor().toSeconds())
            .put("lastCheck", lastCheck(backend.lastCheck()));
    AgentState agent = backend.agent();
    return agent.equals(AgentState.NONE) ? json : json.mergeIn(said(agent));
  }

  /** What an agent has said, as the field of a backend. */
  static JsonObject said(AgentState agent) {
    return new JsonObject().put("agent", agent(agent));
  }

  static @Nullable JsonObject lastCheck(@Nullable LastCheck check) {
    return check == null
        ? null
        : new JsonObject()
            .put("time", SystemEvent.TIME.format(check.time()))
            .put("passed", check.passed())
            .put("reason", check.reason())
            .put("millis", millis(check.took().toNanos() / 1000));
  }

  /** Of so many microseconds; 0.3 on a fast network. */
  private static double millis(long micros) {
    return micros / 1000.0;
  }

  private static JsonObject agent(AgentState agent) {
    return new JsonObject()
        .put("weightPercent", agent.weightPercent())
        .put("state", agent.service().label())
        .put("down", agent.down())
        .put("maxConnections", agent.maxConnections());
  }

  /** The newest {@code most} of {@code sessions}, newest first. */
  static JsonObject sessions(List<SessionRecord> sessions, int most) {
    List<SessionRecord> newest =
        sessions.stream()
            .sorted(Comparator.comparingLong(SessionRecord::durationMs))
            .limit(most)
            .toList();
    return list("sessions", newest, ApiJson::session);
  }

  /** Without {@code reason}, which a live session does not have; absent values are null. */
  private static JsonObject session(SessionRecord session) {
    JsonObject json =
        new JsonObject()
            .put("id", session.session())
            .put(
                "started",
                SystemEvent.TIME.format(session.time().minusMillis(session.durationMs())))
            .put("listener", session.listener())
            .put("source", session.sourceText());
    if (session.port() != 0) {
      json.put("port", session.port());
    }
    if (session.peer() != null) {
      json.put("peer", session.peerText());
    }
    return json.put("sni", session.sni())
        .put("route", session.route())
        .put("pool", session.pool())
        .put("backend", session.backend())
        .put("attempts", session.attempts())
        .put("connectMs", session.connectMicros() < 0 ? null : millis(session.connectMicros()))
        .put("durationMs", session.durationMs())
        .put("bytesFromClient", session.bytesFromClient())
        .put("bytesToClient", session.bytesToClient())
        .put("phase", session.phase().label());
  }

  private static <T> JsonObject list(String name, List<T> things, Function<T, JsonObject> json) {
    return new JsonObject().put(name, new JsonArray(things.stream().map(json).toList()));
  }
}
