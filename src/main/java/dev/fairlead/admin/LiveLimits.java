package dev.fairlead.admin;

import dev.fairlead.admission.Leased;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.live.ClusterTraffic;
import dev.fairlead.live.ClusterTraffic.MemberState;
import dev.fairlead.live.Totals;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The section {@code limits}: what all members use of each limit. Any thread. */
final class LiveLimits {
  private static final String RATE = "rate";
  private static final String QUEUE = "queue";

  private LiveLimits() {}

  static JsonArray of(
      MemberView view, MemberView.Now now, List<MemberInfo> members, ClusterTraffic traffic) {
    Totals totals = traffic.totals();
    Map<String, JsonObject> limits = new TreeMap<>();
    for (Leased each : now.limits()) {
      limits.put(each.key(), ofCluster(each, members.size(), totals));
    }
    now.waiting()
        .keySet()
        .forEach(
            key -> {
              long waiting = totals.waiting(key + "/" + QUEUE);
              JsonObject limited = limits.get(key + "/connections");
              if (limited == null) {
                limits.put(key + "/" + QUEUE, limit(key + "/" + QUEUE, QUEUE, waiting, null));
              } else {
                limited.put("waiting", waiting);
              }
            });
    for (ListenerConfig each : view.config().config().listeners()) {
      int most = each.limits().connectionsPerSource();
      if (most > 0) {
        String key = "listener/" + each.name() + "/connectionsPerSource";
        limits.put(key, limit(key, "source", null, (long) most));
      }
    }
    refused(limits, totals.refusedByLimit());
    JsonArray all = new JsonArray();
    members.forEach(each -> all.add(ofMember(each, now, traffic)));
    limits.values().forEach(all::add);
    return all;
  }

  private static JsonObject ofMember(MemberInfo info, MemberView.Now now, ClusterTraffic traffic) {
    Optional<MemberState> state = traffic.state(info.id());
    boolean own = info.id().equals(now.self().id());
    long max = own ? now.maxSessions() : state.map(MemberState::maxSessions).orElse(0);
    return new JsonObject()
        .put("name", "maxSessions")
        .put("of", "member " + info.name())
        .put("kind", "sessions")
        .put("used", info.sessions())
        .put("allowed", max == 0 ? null : max)
        .put("waiting", 0)
        .put("refused", new JsonObject());
  }

  /** A limit of each member is one of the cluster that is so many times as high. */
  private static JsonObject ofCluster(Leased limit, int members, Totals totals) {
    long allowed = limit.limit() > 0 ? limit.limit() : (long) limit.allowed() * members;
    if (limit.isRate()) {
      String listener = limit.key().split("/", -1)[1];
      long used = Math.round(totals.listener(listener).connections());
      return limit(limit.key(), RATE, used, allowed);
    }
    return limit(limit.key(), "sessions", totals.used(limit.key()), allowed);
  }

  /** {@code key}: {@code listener/web/connections}, {@code pool/web/backend/ID}. */
  private static JsonObject limit(
      String key, String kind, @Nullable Long used, @Nullable Long allowed) {
    String[] parts = key.split("/", 3);
    return new JsonObject()
        .put("name", parts[2].replaceFirst("^backend/", "backend "))
        .put("of", parts[0] + " " + parts[1])
        .put("kind", kind)
        .put("used", used)
        .put("allowed", allowed)
        .put("waiting", 0L);
  }

  /**
   * A limit that refused clients and is no more, or is of all backends of a pool, has no figures.
   */
  private static void refused(Map<String, JsonObject> limits, Map<String, JsonObject> refused) {
    refused.keySet().stream()
        .filter(key -> key.split("/", -1).length >= 3)
        .forEach(key -> limits.computeIfAbsent(key, any -> limit(key, "sessions", null, null)));
    limits.forEach(
        (key, limit) -> limit.put("refused", refused.getOrDefault(key, new JsonObject())));
  }
}
