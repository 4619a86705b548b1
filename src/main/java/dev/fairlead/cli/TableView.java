package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.HasColumns;
import dev.fairlead.cli.terminal.SortOrder;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A view that is a table, which can be sorted and widened. */
abstract class TableView extends View implements HasColumns {
  private static final String TABLE = "table";
  private static final String WIDE = "wide";

  @Option(
      names = "--sort",
      paramLabel = "COLUMN",
      description = "Sort by this column; COLUMN:desc: the largest first.")
  private @Nullable String sort;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = TABLE,
      completionCandidates = OutputCandidates.class,
      description = "table, or wide: with more columns.")
  private String output;

  private @Nullable SortOrder order;

  /** For shell completion. */
  static final class OutputCandidates extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    OutputCandidates() {
      super(List.of(TABLE, WIDE));
    }
  }

  abstract void fill(JsonObject answer, TextTable table);

  /** Prints what stands above the table; false if there is none to print. */
  boolean begin(JsonObject answer, TextOutput out) {
    return true;
  }

  /** Prints what stands below the table. */
  void end(JsonObject answer, TextOutput out) {}

  @Override
  final boolean isWide() {
    return output.equals(WIDE);
  }

  @Override
  final void check() {
    if (!output.equals(TABLE) && !output.equals(WIDE)) {
      throw wrong("--output: " + output + " (expected: table or wide)");
    }
    try {
      order = sort == null ? null : SortOrder.of(sort, columns());
    } catch (IllegalArgumentException e) {
      throw wrong("--sort: " + e.getMessage());
    }
  }

  @Override
  final void print(JsonObject answer, AdminClient client, TextOutput out) throws RefusedException {
    if (!begin(answer, out)) {
      return;
    }
    TextTable table = new TextTable(columns());
    fill(answer, table);
    if (order != null) {
      table.sort(order);
    }
    out.table(table);
    end(answer, out);
  }
}
