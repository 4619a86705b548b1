package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.Style;
import dev.fairlead.cli.terminal.TerminalDevice;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.cli.terminal.TextTable;
import dev.fairlead.cli.top.ClusterFeed;
import dev.fairlead.cli.top.TopScreen;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows members, listeners and backends: live on a full screen, or as tables every second. */
@Command(
    name = "top",
    description = {
      "Shows members, listeners and backends, live. Keys: h shows them, q quits.",
      "If input or output is not a terminal, and with --count, tables follow each other every"
          + " second; their HERE and rates (per second) are those of the member that answers."
    })
final class TopCommand extends ClientCommand {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("POOL"),
          Column.text("BACKEND"),
          new Column("STATE", Format.STATE),
          Column.count("HERE"),
          Column.count("CLUSTER"),
          new Column("NEW/S", Format.PER_SECOND),
          new Column("FAILED/S", Format.PER_SECOND));

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "Print tables N times, without a full screen; 0, the default: never stop.")
  private long count;

  @Mixin private LookOptions look;

  @Override
  public Integer call() throws RefusedException, InterruptedException {
    if (count < 0) {
      throw wrong("--count: " + count + " (expected: 1 or more, or 0 for no end)");
    }
    Style style = look.style(false);
    AdminClient client = client();
    boolean dumb = environment().get("TERM").equals("dumb");
    if (count == 0 && look.isTerminal() && TerminalDevice.isInput() && !dumb) {
      return screen(client, style.colours());
    }
    // Never counted down: waiting for it takes the second between two screens.
    CountDownLatch never = new CountDownLatch(1);
    TextOutput out = new TextOutput(out(), style);
    @Nullable Sample before = null;
    long shown = 0;
    do {
      Sample now = Sample.of(client);
      now.print(out, before);
      before = now;
      shown++;
    } while (shown != count && !out().checkError() && !never.await(1, TimeUnit.SECONDS));
    return 0;
  }

  private static int screen(AdminClient client, boolean colours) throws RefusedException {
    ClusterFeed feed = new ClusterFeed(client);
    feed.start();
    try {
      TopScreen.run(feed, colours);
    } catch (IOException e) {
      throw new RefusedException(
          "this terminal cannot be used: "
              + AnswerText.printable(String.valueOf(e.getMessage()))
              + " (expected: one that stty knows; --count 1 needs none)");
    }
    return 0;
  }

  /** One screen's answers, taken at {@code nanos} by {@link System#nanoTime}. */
  record Sample(long nanos, JsonObject members, JsonObject pools) {

    static Sample of(AdminClient client) throws RefusedException {
      JsonObject members = client.get("/api/v1/members");
      JsonObject pools = client.get("/api/v1/pools");
      return new Sample(System.nanoTime(), members, pools);
    }

    /** With the rates since {@code before}, if there is one. */
    void print(TextOutput out, @Nullable Sample before) {
      out.table(MembersCommand.table(members));
      out.line("");
      TextTable table = new TextTable(COLUMNS);
      Map<List<String>, JsonObject> old = before == null ? Map.of() : before.backends();
      double seconds = before == null ? 0 : (nanos - before.nanos) / 1e9;
      for (JsonObject pool : AnswerText.each(pools, "pools")) {
        for (JsonObject backend : AnswerText.each(pool, "backends")) {
          JsonObject last = old.get(key(pool, backend));
          table.row(
              pool.copy().mergeIn(backend).put("state", AnswerText.backendState(backend)),
              "name id state active clusterActive",
              last == null ? null : rate("total", backend, last, seconds),
              last == null ? null : rate("failures", backend, last, seconds));
        }
      }
      out.table(table);
      out.line("");
      out.writer().flush();
    }

    private Map<List<String>, JsonObject> backends() {
      Map<List<String>, JsonObject> all = new HashMap<>();
      for (JsonObject pool : AnswerText.each(pools, "pools")) {
        AnswerText.each(pool, "backends").forEach(backend -> all.put(key(pool, backend), backend));
      }
      return all;
    }

    private static List<String> key(JsonObject pool, JsonObject backend) {
      return List.of(pool.getString("name"), backend.getString("id"));
    }

    /** Null when the counter went back: it was restarted, so the difference means nothing. */
    private static @Nullable Double rate(
        String count, JsonObject now, JsonObject last, double seconds) {
      long more = now.getLong(count) - last.getLong(count);
      return more < 0 ? null : more / seconds;
    }
  }
}
