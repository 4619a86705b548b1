package dev.fairlead.cli.top;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of the cluster as one member tells it, for members without {@code /api/v1/live}: rates
 * are differences of that member's counters. Not thread-safe.
 */
final class PolledState {
  private Map<String, Long> counters = Map.of();
  private long nanos;

  /** Asks {@code client}; blocks. */
  ClusterView ask(AdminClient client) throws RefusedException {
    JsonObject status = client.get("/api/v1/status");
    JsonObject members = client.get("/api/v1/members");
    JsonObject listeners = client.get("/api/v1/listeners");
    JsonObject pools = client.get("/api/v1/pools");
    return view(new PolledAnswers(status, members, listeners, pools), System.nanoTime());
  }

  /** What a member answers of {@code /api/v1/status}, {@code /members} and so on. */
  record PolledAnswers(
      JsonObject status, JsonObject members, JsonObject listeners, JsonObject pools) {}

  /** The view at {@code now}, by {@link System#nanoTime}; puts rates into {@code answers}. */
  ClusterView view(PolledAnswers answers, long now) {
    double seconds = (now - nanos) / 1e9;
    Map<String, Long> next = new HashMap<>();
    for (JsonObject listener : AnswerText.each(answers.listeners, "listeners")) {
      String name = listener.getString("name");
      listener.put(
          "connectionsPerSecond", rate(next, "listener " + name, listener, "total", seconds));
    }
    for (JsonObject pool : AnswerText.each(answers.pools, "pools")) {
      for (JsonObject backend : AnswerText.each(pool, "backends")) {
        String name = pool.getString("name") + "/" + backend.getString("id");
        backend.put("connectsPerSecond", rate(next, name + " total", backend, "total", seconds));
        backend.put(
            "failuresPerSecond", rate(next, name + " failures", backend, "failures", seconds));
      }
    }
    counters = next;
    nanos = now;
    JsonObject config = answers.status.getJsonObject("config", new JsonObject());
    return new ClusterView(
        answers.status.getString("name", "-"),
        false,
        new JsonObject()
            .put("revision", answers.status.getLong("revision"))
            .put("author", config.getString("author")),
        new ClusterView.Sections(
            AnswerText.byName(answers.members, "members"),
            AnswerText.each(answers.listeners, "listeners"),
            AnswerText.each(answers.pools, "pools")),
        Double.NaN,
        problems(config));
  }

  private static List<String> problems(JsonObject config) {
    return config.getJsonArray("problems", new JsonArray()).stream().map(Object::toString).toList();
  }

  /** Null at first, and when the counter went back: it was restarted. */
  private @Nullable Double rate(
      Map<String, Long> next, String name, JsonObject object, String field, double seconds) {
    long count = object.getLong(field, 0L);
    next.put(name, count);
    Long before = counters.get(name);
    return before == null || count < before ? null : (count - before) / seconds;
  }
}
