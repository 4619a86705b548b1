package dev.fairlead.admin;

import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.live.ClusterTraffic;
import dev.fairlead.live.ClusterTraffic.MemberState;
import dev.fairlead.live.Counts;
import dev.fairlead.live.Totals;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Backend.HealthVerdict;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.sticky.StickyTable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sections of the event {@code cluster}: the state of this member now, and the traffic of all
 * members as of their last reports. Field names are API. Takes milliseconds: on a worker, one at a
 * time.
 */
final class LiveSections implements Supplier<Map<String, Object>> {
  /** Whole multiples are shown from here on, as a member that reports is never so old. */
  private static final long OLD_SECONDS = 15;

  /** What a timer of an idle loop is late by. */
  private static final double NO_LAG_MILLIS = 2;

  /** How often certificates are read anew, in calls; they change in days. */
  private static final int CERTIFICATES_EVERY = 10;

  private final MemberView member;
  private final ClusterTraffic traffic;
  private int calls;
  private JsonObject certificates = new JsonObject();

  LiveSections(MemberView member, ClusterTraffic traffic) {
    this.member = member;
    this.traffic = traffic;
  }

  @Override
  public Map<String, Object> get() {
    MemberView.Now now = member.now();
    List<MemberInfo> members = member.members();
    Totals totals = traffic.totals();
    if (calls++ % CERTIFICATES_EVERY == 0) {
      certificates = ApiJson.certificates(member, Instant.now());
    }
    Map<String, Object> sections = new LinkedHashMap<>();
    sections.put("member", member(now));
    sections.put("revision", revision(member.config().revision()));
    sections.put("problems", problems(now, members));
    sections.put("members", array(members, each -> member(each, now, totals)));
    sections.put("listeners", listeners(totals));
    sections.put("pools", array(member.pools(), pool -> pool(pool, totals)));
    sections.put("limits", LiveLimits.of(member, now, members, traffic));
    sections.put("certificates", certificates.getJsonArray("certificates"));
    sections.put("certificateProblems", certificates.getJsonArray("problems"));
    return sections;
  }

  private static <T> JsonArray array(List<T> things, Function<T, JsonObject> json) {
    return new JsonArray(things.stream().map(json).toList());
  }

  private static JsonObject member(MemberView.Now now) {
    return new JsonObject()
        .put("id", now.self().id())
        .put("name", now.self().name())
        .put("version", now.version())
        .put("started", SystemEvent.TIME.format(now.started()));
  }

  private static JsonObject revision(Revision revision) {
    Revision.Origin origin = revision.origin();
    return new JsonObject()
        .put("revision", revision.revision())
        .put("author", origin.author())
        .put("time", SystemEvent.TIME.format(revision.time()))
        .put("kind", origin.kind() == null ? null : origin.kind().label())
        .put("note", origin.note());
  }

  private JsonArray problems(MemberView.Now now, List<MemberInfo> members) {
    JsonArray problems = new JsonArray();
    for (Problem each : now.problems()) {
      problems.add(problem(each.path(), each.message(), now.self().name()));
    }
    for (MemberInfo other : members) {
      if (!other.id().equals(now.self().id())) {
        traffic.state(other.id()).stream()
            .flatMap(state -> state.problems().stream())
            .forEach(
                each ->
                    problems.add(
                        problem(
                            String.valueOf(each.getValue("path")),
                            String.valueOf(each.getValue("message")),
                            other.name())));
      }
    }
    return problems;
  }

  private static JsonObject problem(String path, String message, String of) {
    return new JsonObject().put("path", path).put("message", message).put("member", of);
  }

  private JsonObject member(MemberInfo info, MemberView.Now now, Totals totals) {
    Optional<MemberState> state = traffic.state(info.id());
    boolean own = info.id().equals(now.self().id());
    List<String> reasons =
        own ? member.notReadyReasons() : state.map(MemberState::notReady).orElse(List.of());
    double lag = state.map(MemberState::lagMillis).orElse(0.0);
    long age = state.map(MemberState::ageSeconds).orElse(0L);
    return new JsonObject()
        .put("id", info.id())
        .put("name", info.name())
        .put("address", info.address())
        .put("version", info.version())
        .put("started", SystemEvent.TIME.format(info.started()))
        .put("ready", info.ready())
        .put("draining", info.draining())
        .put("reasons", new JsonArray(info.ready() ? List.of() : reasons))
        .put("revision", info.revision())
        .put("sessions", info.sessions())
        .put("loopLagMillis", lag < NO_LAG_MILLIS ? 0 : Math.round(lag))
        .put("ageSeconds", age < OLD_SECONDS ? 0 : age)
        .put("connectionsPerSecond", totals.member(info.name()).connections());
  }

  private JsonArray listeners(Totals totals) {
    Map<String, ListenerConfig> configs =
        member.config().config().listeners().stream()
            .collect(Collectors.toMap(ListenerConfig::name, each -> each, (one, other) -> one));
    return array(
        member.listeners(),
        each -> {
          ListenerConfig config = configs.get(each.name());
          Counts counts = totals.listener(each.name());
          return new JsonObject()
              .put("name", each.name())
              .put("address", each.address() == null ? each.bind() : each.address())
              .put("pool", each.pool())
              .put("routes", new JsonArray(each.routes().stream().map(ApiJson::route).toList()))
              .put("state", each.state())
              .put("tls", config != null && config.tls() != null)
              .put("active", each.active() + totals.othersSessions(each.name()))
              .put("connectionsPerSecond", counts.connections())
              .put("bytesInPerSecond", counts.bytesIn())
              .put("bytesOutPerSecond", counts.bytesOut());
        });
  }

  private static JsonObject pool(Pool pool, Totals totals) {
    int configured = pool.configured().size();
    List<Backend> all = pool.backends();
    JsonArray backends = new JsonArray();
    for (int i = 0; i < all.size(); i++) {
      backends.add(backend(pool, all.get(i), totals).put("discovered", i >= configured));
    }
    return new JsonObject()
        .put("name", pool.name())
        .put("balance", pool.config().balance().label())
        .put("state", ApiJson.ENABLED)
        .put("sessions", all.stream().mapToLong(Backend::clusterActive).sum())
        .put("sticky", sticky(pool.sticky()))
        .put("rebalanced", pool.rebalanced().sum())
        .put("backends", backends);
  }

  /** Of this member. */
  private static @Nullable JsonObject sticky(@Nullable StickyTable table) {
    return table == null
        ? null
        : new JsonObject().put("sources", table.count()).put("evicted", table.evicted());
  }

  private static JsonObject backend(Pool pool, Backend backend, Totals totals) {
    HealthVerdict verdict = backend.verdict();
    Instant ejectedUntil = backend.ejectedUntil();
    Counts counts = totals.backend(pool.name(), backend.id());
    boolean probed = pool.config().health().isOn();
    AgentState agent = backend.agent();
    JsonObject json = agent.equals(AgentState.NONE) ? new JsonObject() : ApiJson.said(agent);
    return json.put("id", backend.id())
        .put("weight", backend.config().weight())
        .put("state", backend.config().state().label())
        .put("healthy", probed ? backend.isHealthy() : null)
        .put("healthSince", verdict == null ? null : SystemEvent.TIME.format(verdict.since()))
        .put("healthWhy", verdict == null ? null : verdict.reason())
        .put("ejected", backend.isEjected())
        .put("ejectedUntil", ejectedUntil == null ? null : SystemEvent.TIME.format(ejectedUntil))
        .put("slowStart", slowStart(pool, backend))
        .put("active", backend.active())
        .put("clusterActive", backend.clusterActive())
        .put("total", backend.total())
        .put("failures", backend.failures())
        .put("maxActive", backend.mostActive())
        .put("limit", limit(pool, backend))
        .put("connectsPerSecond", counts.connections())
        .put("connectMillis", connectMillis(pool, backend, totals))
        .put("failuresPerSecond", counts.errors());
  }

  private static @Nullable Double slowStart(Pool pool, Backend backend) {
    double share = pool.slowStart(backend);
    return share < 1 ? share : null;
  }

  private static @Nullable Integer limit(Pool pool, Backend backend) {
    int own = backend.maxConnections();
    int limit = own > 0 ? own : pool.config().limits().connectionsPerBackend();
    return limit > 0 ? limit : null;
  }

  private static @Nullable JsonObject connectMillis(Pool pool, Backend backend, Totals totals) {
    return totals
        .connectMillis(pool.name(), backend.id())
        .map(each -> new JsonObject().put("p50", each.p50()).put("p99", each.p99()))
        .orElse(null);
  }
}
