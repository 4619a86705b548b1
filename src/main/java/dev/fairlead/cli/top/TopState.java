package dev.fairlead.cli.top;

import dev.fairlead.cli.terminal.SortOrder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the keys have chosen: order, filter, selection, and what is asked. Knows neither terminal
 * nor network. Not thread-safe.
 */
final class TopState {
  private static final int PAGE = 10;

  /** What the keys mean now. */
  enum Mode {
    TABLE,
    /** A filter is typed. */
    FILTER,
    /** A change waits for y. */
    CONFIRM,
    HELP
  }

  /** A change of a backend that the user has asked for. */
  record StateChange(String pool, String backend, String state) {}

  private Mode mode = Mode.TABLE;
  private int column;
  private boolean descending;
  private String filter = "";

  /** The name of the selected row; it stays selected when rows come and go. */
  private @Nullable String selected;

  private @Nullable StateChange asked;
  private String message = "";
  private boolean quit;

  Mode mode() {
    return mode;
  }

  boolean hasQuit() {
    return quit;
  }

  String filter() {
    return filter;
  }

  String message() {
    return message;
  }

  void tell(String text) {
    message = text;
  }

  @Nullable StateChange asked() {
    return asked;
  }

  SortOrder order() {
    return new SortOrder(BackendRow.COLUMNS.get(column), descending);
  }

  /** The rows of the pools that are shown, in order. */
  List<BackendRow> rows(ClusterView view) {
    String wanted = filter.toLowerCase(Locale.ROOT);
    SortOrder order = order();
    return BackendRow.all(view).stream()
        .filter(row -> row.pool().toLowerCase(Locale.ROOT).contains(wanted))
        .sorted(
            (one, other) ->
                order.comparator().compare(one.values().get(column), other.values().get(column)))
        .toList();
  }

  /** The index of the selected row, the first if it is gone; -1 = there is none. */
  int selection(List<BackendRow> rows) {
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).name().equals(selected)) {
        return i;
      }
    }
    return rows.isEmpty() ? -1 : 0;
  }

  /** Takes a key; {@code typed} is its text. Returns a change that was confirmed, else null. */
  @Nullable StateChange on(TopAction action, String typed, ClusterView view) {
    message = "";
    switch (mode) {
      case FILTER -> typeFilter(action, typed);
      case CONFIRM -> {
        StateChange confirmed = asked;
        asked = null;
        mode = Mode.TABLE;
        if (action == TopAction.TYPED && typed.equals("y")) {
          return confirmed;
        }
        message = "nothing was changed";
      }
      case HELP -> mode = Mode.TABLE;
      case TABLE -> command(action, rows(view));
    }
    return null;
  }

  private void typeFilter(TopAction action, String typed) {
    switch (action) {
      case TYPED -> filter += typed;
      case ERASE -> filter = filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1);
      case CANCEL -> {
        filter = "";
        mode = Mode.TABLE;
      }
      case ENTER -> mode = Mode.TABLE;
      default -> {}
    }
  }

  private void command(TopAction action, List<BackendRow> rows) {
    int columns = BackendRow.COLUMNS.size();
    switch (action) {
      case UP -> move(rows, -1);
      case DOWN -> move(rows, 1);
      case PAGE_UP -> move(rows, -PAGE);
      case PAGE_DOWN -> move(rows, PAGE);
      case FIRST -> move(rows, -rows.size());
      case LAST -> move(rows, rows.size());
      case NEXT_COLUMN -> column = Math.floorMod(column + 1, columns);
      case PREVIOUS_COLUMN -> column = Math.floorMod(column - 1, columns);
      case REVERSE -> descending = !descending;
      case FILTER -> mode = Mode.FILTER;
      case CANCEL -> filter = "";
      case DRAIN -> ask(rows, "draining");
      case ENABLE -> ask(rows, "enabled");
      case HELP -> mode = Mode.HELP;
      case QUIT -> quit = true;
      default -> {}
    }
  }

  private void move(List<BackendRow> rows, int by) {
    if (!rows.isEmpty()) {
      int index = Math.min(rows.size() - 1, Math.max(0, selection(rows) + by));
      selected = rows.get(index).name();
    }
  }

  private void ask(List<BackendRow> rows, String state) {
    int index = selection(rows);
    if (index < 0) {
      message = "there is no backend";
      return;
    }
    BackendRow row = rows.get(index);
    selected = row.name();
    asked = new StateChange(row.pool(), row.id(), state);
    mode = Mode.CONFIRM;
  }
}
