package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code top} saw at one moment. Immutable.
 *
 * @param nanos the moment, by {@link System#nanoTime}
 * @param members the answer of {@code /api/v1/members}
 * @param pools the answer of {@code /api/v1/pools}
 */
record TopSample(long nanos, JsonObject members, JsonObject pools) {

  static TopSample of(AdminClient client) throws RefusedException {
    JsonObject members = client.get("/api/v1/members");
    JsonObject pools = client.get("/api/v1/pools");
    return new TopSample(System.nanoTime(), members, pools);
  }

  /**
   * Prints both tables.
   *
   * @param before what the rates are since, null = there are none
   */
  void print(PrintWriter out, TopSample before) {
    MembersCommand.table(members).print(out);
    out.println();
    TextTable table =
        new TextTable("POOL", "BACKEND", "STATE", "HERE", "CLUSTER", "NEW/S", "FAILED/S");
    Map<List<String>, JsonObject> old = before == null ? Map.of() : before.backends();
    double seconds = before == null ? 0 : secondsSince(before);
    for (JsonObject pool : View.each(pools, "pools")) {
      for (JsonObject backend : View.each(pool, "backends")) {
        JsonObject last = old.get(key(pool, backend));
        table.row(
            pool.getString("name"),
            backend.getString("id"),
            PoolsCommand.state(backend),
            backend.getLong("active"),
            backend.getLong("clusterActive"),
            last == null ? null : rate("total", backend, last, seconds),
            last == null ? null : rate("failures", backend, last, seconds));
      }
    }
    table.print(out);
    out.println();
    out.flush();
  }

  private double secondsSince(TopSample before) {
    return (nanos - before.nanos) / (double) Duration.ofSeconds(1).toNanos();
  }

  private Map<List<String>, JsonObject> backends() {
    Map<List<String>, JsonObject> all = new HashMap<>();
    for (JsonObject pool : View.each(pools, "pools")) {
      View.each(pool, "backends").forEach(backend -> all.put(key(pool, backend), backend));
    }
    return all;
  }

  private static List<String> key(JsonObject pool, JsonObject backend) {
    return List.of(pool.getString("name"), backend.getString("id"));
  }

  /** A count that went back began anew: nothing is known of the time between. */
  private static String rate(String count, JsonObject now, JsonObject last, double seconds) {
    long more = now.getLong(count) - last.getLong(count);
    return more < 0 ? null : String.format(Locale.ROOT, "%.1f", more / seconds);
  }
}
