package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** Shows the pools and their backends. */
@Command(
    name = "pools",
    description = {
      "Shows the pools and their backends.",
      "HERE, TOTAL and FAILURES are those of the member that answers, CLUSTER counts all members."
    })
final class PoolsCommand extends View {

  @Override
  String path() {
    return "/api/v1/pools";
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    TextTable table =
        new TextTable("POOL BALANCE BACKEND WEIGHT STATE HERE CLUSTER TOTAL FAILURES");
    for (JsonObject pool : AnswerText.each(answer, "pools")) {
      List<JsonObject> backends = AnswerText.each(pool, "backends");
      if (backends.isEmpty()) {
        table.row(pool, "name balance", "", "", "", "", "", "", "");
      }
      for (JsonObject backend : backends) {
        JsonObject shown = pool.copy().mergeIn(backend).put("state", state(backend));
        table.row(shown, "name balance id weight state active clusterActive total failures");
      }
    }
    table.print(out);
  }

  /** The configured state unless it is {@code enabled}; then what probes and sessions found. */
  static String state(JsonObject backend) {
    String state = backend.getString("state");
    if (!state.equals("enabled")) {
      return state;
    }
    if (backend.getBoolean("ejected")) {
      return "ejected";
    }
    return backend.getBoolean("healthy") ? state : "down";
  }
}
