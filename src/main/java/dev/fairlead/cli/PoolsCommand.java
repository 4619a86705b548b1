package dev.fairlead.cli;

import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Shows the pools and their backends. */
@Command(
    name = "pools",
    description = {
      "Shows the pools and their backends.",
      "HERE, TOTAL and FAILURES are those of the member that answers, CLUSTER counts all members.",
      "With -o wide also the MOST sessions it had at one time, how long it was DOWN, and the"
          + " LAST-CHECK, if that member probes it."
    })
final class PoolsCommand extends TableView {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("POOL"),
          Column.text("BALANCE"),
          Column.text("BACKEND"),
          new Column("WEIGHT", Format.NUMBER),
          new Column("STATE", Format.STATE),
          Column.count("HERE"),
          Column.count("CLUSTER"),
          Column.count("TOTAL"),
          Column.count("FAILURES"),
          Column.text("CONFIGURED").onlyWide(),
          Column.text("HEALTHY").onlyWide(),
          Column.text("EJECTED").onlyWide(),
          Column.count("MOST").onlyWide(),
          new Column("DOWN", Format.SECONDS).onlyWide(),
          Column.text("LAST-CHECK").onlyWide());

  @Override
  String path() {
    return "/api/v1/pools";
  }

  @Override
  public List<Column> columns() {
    return COLUMNS;
  }

  @Override
  void fill(JsonObject answer, TextTable table) {
    for (JsonObject pool : AnswerText.each(answer, "pools")) {
      List<JsonObject> backends = AnswerText.each(pool, "backends");
      if (backends.isEmpty()) {
        table.row(pool, "name balance", "", "", "", "", "", "", "", "", "", "", "", "", "");
      }
      for (JsonObject backend : backends) {
        JsonObject shown =
            pool.copy()
                .mergeIn(backend)
                .put("state", AnswerText.backendState(backend))
                .put("configured", backend.getString("state"))
                .put("lastCheck", lastCheck(backend.getJsonObject("lastCheck")));
        table.row(
            shown,
            "name balance id weight state active clusterActive total failures configured healthy"
                + " ejected maxActive downSeconds lastCheck");
      }
    }
  }

  /** As HAProxy shows it: {@code status 200 in 0.4 ms}. */
  private static @Nullable String lastCheck(@Nullable JsonObject check) {
    return check == null
        ? null
        : check.getString("reason") + " in " + check.getDouble("millis") + " ms";
  }
}
