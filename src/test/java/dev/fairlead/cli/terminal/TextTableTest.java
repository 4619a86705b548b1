package dev.fairlead.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cli.terminal.Column.Format;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a table is aligned, sorted by value and safe to print. Provoked with names and
 * numbers of all kinds. A failure would look like 9 above 10, or a screen that a name has erased.
 */
class TextTableTest {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("NAME"),
          new Column("STATE", Format.STATE),
          Column.count("SESSIONS"),
          new Column("SENT", Format.BYTES),
          new Column("DAYS", Format.DAYS).onlyWide());

  private static TextTable table() {
    TextTable table = new TextTable(COLUMNS);
    table.row(row("b", "enabled", 9, 100L, 3));
    table.row(row("a\u001b[2J", "down", 12_345, 1_048_576L, -1));
    table.row(new JsonObject(), "name state sessions sent days");
    return table;
  }

  private static List<Object> row(Object... values) {
    return List.of(values);
  }

  @Test
  void programsGetCompleteNumbers() {
    assertThat(table().lines(Style.PLAIN))
        .containsExactly(
            "NAME    STATE     SESSIONS   SENT",
            "b       enabled   9          100",
            "a?[2J   down      12345      1048576",
            "-       -         -          -");
  }

  @Test
  void peopleGetUnitsAlignedToTheRight() {
    assertThat(table().lines(new Style(false, true, false)))
        .containsExactly(
            "NAME    STATE     SESSIONS      SENT",
            "b       enabled          9     100 B",
            "a?[2J   down         12.3k   1.0 MiB",
            "-       -                -         -");
  }

  @Test
  void coloursAreOfTheStateAndDoNotWiden() {
    List<String> lines = table().lines(new Style(true, true, true));
    assertThat(lines.get(1)).contains("\u001b[32menabled\u001b[0m   ", "\u001b[33m3\u001b[0m");
    assertThat(lines.get(2)).contains("\u001b[31mdown\u001b[0m      ", "\u001b[31m-1\u001b[0m");
    assertThat(lines.stream().map(line -> line.replaceAll("\u001b\\[\\d+m", "")))
        .isEqualTo(table().lines(new Style(false, true, true)));
  }

  @Test
  void numbersAreSortedBySizeAndNothingIsLast() {
    TextTable table = table();
    table.sort(SortOrder.of("sessions:desc", COLUMNS));
    assertThat(names(table)).containsExactly("a?[2J", "b", "-");
    table.sort(SortOrder.of("SESSIONS", COLUMNS));
    assertThat(names(table)).containsExactly("b", "a?[2J", "-");
    table.sort(SortOrder.of("name:asc", COLUMNS));
    assertThat(names(table)).containsExactly("a?[2J", "b", "-");
  }

  private static List<String> names(TextTable table) {
    return table.lines(Style.PLAIN).stream().skip(1).map(line -> line.split(" ", 2)[0]).toList();
  }

  @Test
  void unknownOrderIsToldWhatThereIs() {
    assertThatThrownBy(() -> SortOrder.of("size", COLUMNS))
        .hasMessage("size (expected: one of NAME, STATE, SESSIONS, SENT, DAYS)");
    assertThatThrownBy(() -> SortOrder.of("name:up", COLUMNS))
        .hasMessage("name:up (expected: COLUMN, COLUMN:asc or COLUMN:desc)");
  }
}
