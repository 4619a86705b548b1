package dev.fairlead.cluster.health;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The verdicts of the peers' probers, from their rows. On the cluster's context only. */
final class PeerVerdicts {
  /** By member and key of the backend. */
  private final Map<String, Map<String, Verdict>> rows = new HashMap<>();

  /** By key of the backend and member, in order of the members. */
  private final Map<String, Map<String, AgentReport>> agents = new HashMap<>();

  /** Applies the changes of a row; returns whether the member had none before. */
  boolean changed(String member, JsonObject fields) {
    boolean isNew = !rows.containsKey(member);
    Map<String, Verdict> row = rows.computeIfAbsent(member, any -> new HashMap<>());
    fields
        .getMap()
        .forEach(
            (key, field) -> {
              String asked = AgentReport.key(key);
              if (asked == null) {
                Verdict.parse(field)
                    .ifPresentOrElse(verdict -> row.put(key, verdict), () -> row.remove(key));
              } else {
                agent(member, asked, AgentReport.parse(field).orElse(null));
              }
            });
    return isNew;
  }

  private void agent(String member, String key, @Nullable AgentReport report) {
    Map<String, AgentReport> reports = agents.computeIfAbsent(key, any -> new TreeMap<>());
    if (report == null) {
      reports.remove(member);
    } else {
      reports.put(member, report);
    }
    if (reports.isEmpty()) {
      agents.remove(key);
    }
  }

  void gone(String member) {
    rows.remove(member);
    agents.values().forEach(reports -> reports.remove(member));
    agents.values().removeIf(Map::isEmpty);
  }

  /** What {@code member} has heard from the agent of the backend; null = nothing. */
  @Nullable AgentReport agent(String member, String key) {
    return agents.getOrDefault(key, Map.of()).get(member);
  }

  /** Of all peers, in order of their ids. */
  List<AgentReport> agents(String key) {
    return List.copyOf(agents.getOrDefault(key, Map.of()).values());
  }

  Set<String> members() {
    return rows.keySet();
  }

  /** Null = not decided, or no prober. */
  @Nullable Verdict verdict(String member, String key) {
    Map<String, Verdict> row = rows.get(member);
    return row == null ? null : row.get(key);
  }

  /** All verdicts on {@code key}, also of members that are no probers of it any more. */
  List<Verdict> verdicts(String key) {
    return rows.values().stream().map(row -> row.get(key)).filter(Objects::nonNull).toList();
  }
}
