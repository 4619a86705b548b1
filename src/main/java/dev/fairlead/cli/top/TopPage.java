package dev.fairlead.cli.top;

import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Colour;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.Quantity;
import dev.fairlead.cli.terminal.Style;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of the screen of {@code top}, from what the cluster says and the keys have chosen. A
 * screen that is too low shows the selected backend and what is around it; members and listeners
 * give way.
 */
final class TopPage {
  private static final List<Column> MEMBERS =
      List.of(
          Column.text("MEMBER"),
          new Column("STATE", Format.STATE),
          Column.count("SESSIONS"),
          new Column("NEW/S", Format.PER_SECOND),
          new Column("LAG", Format.MILLISECONDS),
          new Column("REVISION", Format.NUMBER),
          Column.text("VERSION"));

  private static final List<Column> LISTENERS =
      List.of(
          Column.text("LISTENER"),
          new Column("STATE", Format.STATE),
          Column.text("ADDRESS"),
          Column.text("POOL"),
          Column.count("SESSIONS"),
          new Column("NEW/S", Format.PER_SECOND),
          new Column("IN", Format.BYTES_PER_SECOND),
          new Column("OUT", Format.BYTES_PER_SECOND));

  private static final List<String> HELP =
      List.of(
          "",
          "  Up Down  k j        select a backend; also Page Up, Page Down, Home, End",
          "  s  S                sort by the next column, the previous one",
          "  r                   reverse the order",
          "  f  /                show only pools whose name contains a text; Escape: all",
          "  d                   drain the selected backend, for the whole cluster (asks first)",
          "  e                   enable it again (asks first)",
          "  h  ?                this help",
          "  q  Ctrl-C           quit",
          "",
          "  Any key leads back.");

  private static final String KEYS =
      "q quit  h help  s sort  r reverse  f filter  d drain  e enable  Up/Down select";

  /** Lines that the table of backends keeps: its header and three rows. */
  private static final int LEAST_BACKENDS = 4;

  private final ClusterView view;
  private final TopState state;
  private final Style style;

  TopPage(ClusterView view, TopState state, boolean colours) {
    this.view = view;
    this.state = state;
    this.style = new Style(colours, true, false);
  }

  /**
   * At most {@code height} lines, which may be wider than the screen.
   *
   * @param clock the time to show
   * @param trouble why nothing new comes; empty = it does
   */
  List<String> lines(int height, String clock, String trouble) {
    List<String> lines = new ArrayList<>();
    lines.add(title(clock));
    lines.add(totals());
    lines.add(trouble.isEmpty() ? problems() : style.painted(Colour.BAD, printable(trouble)));
    int space = height - lines.size() - 1;
    if (state.mode() == TopState.Mode.HELP) {
      lines.addAll(HELP.subList(0, Math.max(0, Math.min(space, HELP.size()))));
    } else {
      List<BackendRow> rows = state.rows(view);
      int above = space - Math.min(rows.size() + 1, LEAST_BACKENDS);
      above -= addTable(lines, members(), above);
      above -= addTable(lines, listeners(), above);
      lines.addAll(backends(rows, height - lines.size() - 1));
    }
    while (lines.size() < height - 1) {
      lines.add("");
    }
    lines.add(footer());
    return lines.subList(Math.max(0, lines.size() - height), lines.size());
  }

  private String title(String clock) {
    String of = view.clusterWide() ? "" : "   rates of this member only";
    JsonObject revision = view.revision();
    return style.painted(Colour.HEADER, "fairlead top")
        + printable(
            "   "
                + view.name()
                + " of "
                + view.sections().members().size()
                + "   revision "
                + revision.getValue("revision", "-")
                + ", by "
                + revision.getValue("author")
                + "   "
                + clock
                + of);
  }

  private String totals() {
    StringBuilder text = new StringBuilder("sessions ").append(Quantity.count(view.sessions()));
    text.append("   new ").append(rate("connectionsPerSecond"));
    if (view.clusterWide()) {
      text.append("   in ").append(bytes("bytesInPerSecond"));
      text.append("   out ").append(bytes("bytesOutPerSecond"));
    }
    if (!Double.isNaN(view.errorsPerSecond())) {
      text.append("   errors ").append(Quantity.rate(view.errorsPerSecond())).append("/s");
    }
    return text.toString();
  }

  private String rate(String field) {
    return Quantity.rate(view.sumOfListeners(field)) + "/s";
  }

  private String bytes(String field) {
    return Quantity.bytes(Math.round(view.sumOfListeners(field))) + "/s";
  }

  private String problems() {
    if (view.problems().isEmpty()) {
      return "";
    }
    int more = view.problems().size() - 1;
    String text = "problem: " + view.problems().get(0) + (more > 0 ? " and " + more + " more" : "");
    return style.painted(Colour.BAD, printable(text));
  }

  /** Adds the table and an empty line if two rows of it at least have space; returns the lines. */
  private int addTable(List<String> lines, TextTable table, int space) {
    List<String> all = table.lines(style);
    if (space < Math.min(all.size(), 3) + 1) {
      return 0;
    }
    int shown = Math.min(all.size(), space - 1);
    // The others have to have space, too.
    shown = Math.min(shown, Math.max(3, space / 2));
    lines.addAll(all.subList(0, shown));
    if (shown < all.size()) {
      lines.set(lines.size() - 1, "... " + (all.size() - shown + 1) + " more");
    }
    lines.add("");
    return shown + 1;
  }

  private TextTable members() {
    TextTable table = new TextTable(MEMBERS);
    for (JsonObject member : view.sections().members()) {
      table.row(
          member.copy().put("state", AnswerText.memberState(member)),
          "name state sessions connectionsPerSecond loopLagMillis revision version");
    }
    return table;
  }

  private TextTable listeners() {
    TextTable table = new TextTable(LISTENERS);
    for (JsonObject listener : view.sections().listeners()) {
      table.row(
          listener,
          "name state address pool active connectionsPerSecond bytesInPerSecond"
              + " bytesOutPerSecond");
    }
    return table;
  }

  private List<String> backends(List<BackendRow> rows, int height) {
    TextTable table = new TextTable(BackendRow.COLUMNS);
    rows.forEach(row -> table.row(row.values()));
    List<String> painted = table.lines(style);
    int selected = state.selection(rows) + 1;
    int visible = Math.max(1, height - 1);
    int first = Math.max(1, Math.min(selected - visible / 2, painted.size() - visible));
    List<String> lines = new ArrayList<>();
    lines.add("  " + painted.get(0));
    for (int i = first; i < painted.size() && i < first + visible; i++) {
      if (i == selected) {
        String plain = table.lines(new Style(false, true, false)).get(i);
        lines.add(style.painted(Colour.SELECTED, "> " + plain));
      } else {
        lines.add("  " + painted.get(i));
      }
    }
    return lines;
  }

  private String footer() {
    TopState.StateChange asked = state.asked();
    if (asked != null) {
      String what = asked.state().equals("draining") ? "drain " : "enable ";
      return style.painted(
          Colour.WARNING,
          printable(
              what
                  + asked.pool()
                  + "/"
                  + asked.backend()
                  + " for the whole cluster? y = yes, any other key = no"));
    }
    if (state.mode() == TopState.Mode.FILTER) {
      return printable("pools with: " + state.filter()) + "_   Enter: done, Escape: all pools";
    }
    if (!state.message().isEmpty()) {
      return printable(state.message());
    }
    String order = state.order().column().name() + (state.order().descending() ? " down" : " up");
    String filter = state.filter().isEmpty() ? "" : "   pools with: " + printable(state.filter());
    return KEYS + "   by " + order + filter;
  }

  private static String printable(String text) {
    return AnswerText.printable(text);
  }
}
