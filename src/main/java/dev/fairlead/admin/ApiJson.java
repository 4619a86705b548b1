package dev.fairlead.admin;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** The response bodies of the API. Field names are API. Any thread. */
final class ApiJson {

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
        .put("clustered", status.clustered())
        .put("revision", member.config().revision().revision())
        .mergeIn(list("listeners", member.listeners(), ApiJson::address))
        .put(
            "config",
            new JsonObject()
                .put("file", status.configFile())
                .put("fileInForce", status.fileInForce())
                .put("author", status.configAuthor())
                .put("problems", new JsonArray(status.configProblems()))
                .put("restartNeeded", new JsonArray(status.restartNeeded())));
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
        .put("bind", listener.bind())
        .put("address", listener.address())
        .put("pool", listener.pool())
        .put("active", listener.active())
        .put("total", listener.total());
  }

  static JsonObject pools(List<Pool> pools) {
    return list("pools", pools, ApiJson::pool);
  }

  private static JsonObject pool(Pool pool) {
    return new JsonObject()
        .put("name", pool.name())
        .put("balance", pool.config().balance().label())
        .mergeIn(list("backends", pool.backends(), ApiJson::backend));
  }

  private static JsonObject backend(Backend backend) {
    BackendConfig config = backend.config();
    return new JsonObject()
        .put("id", backend.id())
        .put("weight", config.weight())
        .put("state", config.state().label())
        .put("healthy", backend.isHealthy())
        .put("ejected", backend.isEjected())
        .put("active", backend.active())
        .put("clusterActive", backend.clusterActive())
        .put("total", backend.total())
        .put("failures", backend.failures());
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
    return new JsonObject()
        .put("id", session.session())
        .put("started", SystemEvent.TIME.format(session.time().minusMillis(session.durationMs())))
        .put("listener", session.listener())
        .put("source", session.sourceText())
        .put("sni", session.sni())
        .put("route", session.route())
        .put("pool", session.pool())
        .put("backend", session.backend())
        .put("attempts", session.attempts())
        .put("connectMs", session.connectMs() < 0 ? null : session.connectMs())
        .put("durationMs", session.durationMs())
        .put("bytesFromClient", session.bytesFromClient())
        .put("bytesToClient", session.bytesToClient())
        .put("phase", session.phase().label());
  }

  private static <T> JsonObject list(String name, List<T> things, Function<T, JsonObject> json) {
    return new JsonObject().put(name, new JsonArray(things.stream().map(json).toList()));
  }
}
