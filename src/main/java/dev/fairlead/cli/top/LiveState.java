package dev.fairlead.cli.top;

import dev.fairlead.cli.terminal.AnswerText;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of the cluster as {@code GET /api/v1/live} tells it: the first event is complete, later
 * ones have what changed. Not thread-safe.
 */
final class LiveState {
  private JsonObject member = new JsonObject();
  private JsonObject revision = new JsonObject();
  private List<String> problems = List.of();
  private double errors = Double.NaN;
  private final Map<String, JsonObject> members = new LinkedHashMap<>();
  private final Map<String, JsonObject> listeners = new LinkedHashMap<>();
  private final Map<String, JsonObject> pools = new LinkedHashMap<>();

  /** Takes an event of type {@code cluster}. */
  void cluster(JsonObject event) {
    boolean full = event.getBoolean("full", false);
    merge(members, event, "members", "id", full);
    merge(listeners, event, "listeners", "name", full);
    merge(pools, event, "pools", "name", full);
    member = event.getJsonObject("member", member);
    revision = event.getJsonObject("revision", revision);
    if (event.containsKey("problems")) {
      problems =
          AnswerText.each(event, "problems").stream()
              .map(problem -> AnswerText.problem("", problem))
              .toList();
    }
  }

  /** Takes an event of type {@code sample}. */
  void sample(JsonObject event) {
    errors = ClusterView.number(event.getJsonObject("total", new JsonObject()), "errors");
  }

  private static void merge(
      Map<String, JsonObject> into, JsonObject event, String section, String key, boolean full) {
    if (full) {
      into.clear();
    }
    for (JsonObject entry : AnswerText.each(event, section)) {
      String name = entry.getString(key, "");
      if (entry.getBoolean("gone", false)) {
        into.remove(name);
      } else {
        into.put(name, entry);
      }
    }
  }

  ClusterView view() {
    Comparator<JsonObject> byName = Comparator.comparing(one -> one.getString("name", ""));
    return new ClusterView(
        member.getString("name", "-"),
        true,
        revision,
        new ClusterView.Sections(
            members.values().stream().sorted(byName).toList(),
            List.copyOf(listeners.values()),
            List.copyOf(pools.values())),
        errors,
        problems);
  }
}
