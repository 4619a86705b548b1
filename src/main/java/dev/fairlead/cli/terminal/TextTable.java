package dev.fairlead.cli.terminal;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows in aligned columns under a header in capitals, without borders. Not thread-safe.
 *
 * <pre>{@code
 * NAME   SESSIONS
 * m1     12
 * m2     7
 * }</pre>
 */
public final class TextTable {
  private static final String GAP = "   ";

  private final List<Column> columns;
  private final List<List<@Nullable Object>> rows = new ArrayList<>();

  public TextTable(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  /**
   * Adds a row: the named fields of {@code object}, separated by single spaces, then {@code more}.
   * A field that is null, empty or absent is shown as {@code -}.
   */
  public void row(JsonObject object, String fields, @Nullable Object... more) {
    List<@Nullable Object> row = new ArrayList<>();
    for (String field : List.of(fields.split(" "))) {
      row.add(object.getValue(field));
    }
    for (@Nullable Object each : more) {
      row.add(each);
    }
    row(row);
  }

  /** Adds a row of a value for each column. */
  public void row(List<@Nullable Object> row) {
    if (row.size() != columns.size()) {
      throw new IllegalArgumentException(row.size() + " values for " + columns);
    }
    rows.add(row);
  }

  /** Sorts the rows that there are; equal ones keep their order. */
  public void sort(SortOrder order) {
    int index = columns.indexOf(order.column());
    rows.sort((one, other) -> order.comparator().compare(one.get(index), other.get(index)));
  }

  /** The header, then a line for each row. */
  public List<String> lines(Style style) {
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (style.wide() || !columns.get(i).hidden()) {
        shown.add(i);
      }
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(shown.stream().map(i -> columns.get(i).name()).toList());
    for (List<@Nullable Object> row : rows) {
      cells.add(shown.stream().map(i -> columns.get(i).cell(row.get(i), style.units())).toList());
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      lines.add(line(shown, cells, i, style));
    }
    return lines;
  }

  private String line(List<Integer> shown, List<List<String>> cells, int index, Style style) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < shown.size(); i++) {
      Column column = columns.get(shown.get(i));
      String cell = cells.get(index).get(i);
      int at = i;
      int width = cells.stream().mapToInt(row -> length(row.get(at))).max().orElse(0);
      String space = " ".repeat(width - length(cell));
      boolean last = i == shown.size() - 1;
      Colour colour =
          index == 0 ? Colour.HEADER : column.colour(rows.get(index - 1).get(shown.get(i)));
      String painted = colour == null ? cell : style.painted(colour, cell);
      if (style.units() && column.isNumber()) {
        line.append(space).append(painted);
      } else {
        line.append(painted).append(last ? "" : space);
      }
      line.append(last ? "" : GAP);
    }
    return line.toString();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
