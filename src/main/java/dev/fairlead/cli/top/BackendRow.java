package dev.fairlead.cli.top;

import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of the table of backends. */
record BackendRow(String pool, String id, JsonObject backend) {
  static final List<Column> COLUMNS =
      List.of(
          Column.text("POOL"),
          Column.text("BACKEND"),
          new Column("STATE", Format.STATE),
          new Column("WEIGHT", Format.NUMBER),
          Column.count("SESSIONS"),
          Column.count("LIMIT"),
          new Column("NEW/S", Format.PER_SECOND),
          new Column("FAILED/S", Format.PER_SECOND),
          new Column("P50", Format.MILLISECONDS),
          new Column("P99", Format.MILLISECONDS));

  static List<BackendRow> all(ClusterView view) {
    List<BackendRow> rows = new ArrayList<>();
    for (JsonObject pool : view.sections().pools()) {
      for (JsonObject backend : AnswerText.each(pool, "backends")) {
        rows.add(new BackendRow(pool.getString("name", ""), backend.getString("id", ""), backend));
      }
    }
    return rows;
  }

  /** {@code web/10.0.0.1:9001}. */
  String name() {
    return pool + "/" + id;
  }

  List<@Nullable Object> values() {
    JsonObject connect = backend.getJsonObject("connectMillis", new JsonObject());
    List<@Nullable Object> values = new ArrayList<>();
    values.add(pool);
    values.add(id);
    values.add(AnswerText.backendState(backend));
    values.add(backend.getValue("weight"));
    values.add(backend.getValue("clusterActive"));
    values.add(backend.getValue("limit"));
    values.add(backend.getValue("connectsPerSecond"));
    values.add(backend.getValue("failuresPerSecond"));
    values.add(connect == null ? null : connect.getValue("p50"));
    values.add(connect == null ? null : connect.getValue("p99"));
    return values;
  }
}
