package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
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
final class TextTable {
  private static final String GAP = "   ";
  private static final String NOTHING = "-";

  private final List<List<String>> rows = new ArrayList<>();

  /** {@code header}: the columns' names, separated by single spaces. */
  TextTable(String header) {
    rows.add(List.of(header.split(" ")));
  }

  /**
   * Adds a row: the named fields of {@code object}, separated by single spaces, then {@code more}.
   * A field that is null, empty or absent is shown as {@code -}.
   */
  void row(JsonObject object, String fields, @Nullable Object... more) {
    List<String> row = new ArrayList<>();
    for (String field : List.of(fields.split(" "))) {
      row.add(cell(object.getValue(field)));
    }
    for (@Nullable Object each : more) {
      row.add(cell(each));
    }
    rows.add(row);
  }

  private static String cell(@Nullable Object value) {
    String text = value == null ? "" : AnswerText.printable(value.toString());
    return text.isEmpty() ? NOTHING : text;
  }

  void print(PrintWriter out) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    rows.forEach(row -> out.println(line(row, widths)));
    out.flush();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
    }
    return line.toString().stripTrailing();
  }
}
