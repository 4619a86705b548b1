package dev.fairlead.cli;

import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;

/** Shows the members of the cluster. */
@Command(name = "members", description = "Shows the members of the cluster.")
final class MembersCommand extends TableView {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("NAME"),
          new Column("STATE", Format.STATE),
          Column.count("SESSIONS"),
          new Column("REVISION", Format.NUMBER),
          new Column("UP", Format.SECONDS),
          Column.text("VERSION"),
          Column.text("ADDRESS"),
          Column.text("ID"),
          Column.text("STARTED").onlyWide());

  @Override
  String path() {
    return "/api/v1/members";
  }

  @Override
  public List<Column> columns() {
    return COLUMNS;
  }

  @Override
  void fill(JsonObject answer, TextTable table) {
    for (JsonObject member : AnswerText.byName(answer, "members")) {
      table.row(
          member.copy().put("state", AnswerText.memberState(member)),
          "name state sessions revision uptimeSeconds version address id started");
    }
  }

  static TextTable table(JsonObject answer) {
    TextTable table = new TextTable(COLUMNS);
    new MembersCommand().fill(answer, table);
    return table;
  }
}
