package dev.fairlead.admin;

import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.rebalance.RebalancePlan;
import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A plan for the API: how many sessions each backend has, keeps and loses, and by whom. */
final class RebalanceJson {
  private RebalanceJson() {}

  static JsonObject of(RebalancePlan plan, List<MemberInfo> members) {
    Map<String, String> names =
        members.stream().collect(Collectors.toMap(MemberInfo::id, MemberInfo::name));
    Map<String, Long> surplus = plan.surplus();
    Map<String, Long> most = plan.most();
    JsonArray backends = new JsonArray();
    for (Load each : plan.loads()) {
      long ends = surplus.getOrDefault(each.backend(), 0L);
      long keeps = most.getOrDefault(each.backend(), Long.MAX_VALUE);
      backends.add(
          new JsonObject()
              .put("id", each.backend())
              .put("sessions", each.sessions())
              .put("most", keeps == Long.MAX_VALUE ? null : (Long) keeps)
              .put("ends", ends)
              .put("members", members(each, ends, names)));
    }
    return new JsonObject()
        .put("sessions", plan.total())
        .put("ends", surplus.values().stream().mapToLong(Long::longValue).sum())
        .put("perSecond", plan.rate())
        .put("backends", backends);
  }

  private static JsonArray members(Load load, long ends, Map<String, String> names) {
    JsonArray members = new JsonArray();
    load.byMember()
        .forEach(
            (id, sessions) ->
                members.add(
                    new JsonObject()
                        .put("member", names.getOrDefault(id, id))
                        .put("sessions", sessions)
                        .put("ends", RebalancePlan.part(ends, load.byMember(), id, 0.5))));
    return members;
  }
}
