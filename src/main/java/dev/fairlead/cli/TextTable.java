package dev.fairlead.cli;

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

  /** Adds a row with one cell per column; null or empty is shown as {@code -}. */
  void row(@Nullable Object... cells) {
    List<String> row = new ArrayList<>();
    for (@Nullable Object cell : cells) {
      String text = cell == null ? "" : AnswerText.printable(cell.toString());
      row.add(text.isEmpty() ? NOTHING : text);
    }
    rows.add(row);
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
      line.append(row.get(i));
      line.append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
    }
    return line.toString().stripTrailing();
  }
}
