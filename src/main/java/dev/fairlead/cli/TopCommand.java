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
import dev.fairlead.cli.top.ClusterView;
import dev.fairlead.cli.top.TopScreen;
import dev.fairlead.event.SystemEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows members, listeners and backends: live on a full screen, or as tables every second. */
@Command(
    name = "top",
    description = {
      "Shows members, listeners and backends, live. Keys: h shows them, q quits.",
      "If input or output is not a terminal, and with --count, tables follow each other every"
          + " second. Rates (per second) are those of the cluster, HERE is the member that answers;"
          + " the rates too if that is too old to know the others'."
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

  @Option(
      names = "--json",
      description = "Print each table as a JSON object on one line, with all that the page knows.")
  private boolean json;

  @Mixin private LookOptions look;

  @Override
  public Integer call() throws RefusedException, InterruptedException {
    if (count < 0) {
      throw wrong("--count: " + count + " (expected: 1 or more, or 0 for no end)");
    }
    Style style = look.style(false);
    AdminClient client = client();
    boolean dumb = environment().get("TERM").equals("dumb");
    if (count == 0 && !json && look.isTerminal() && TerminalDevice.isInput() && !dumb) {
      return screen(client, style.colours());
    }
    tables(client, new TextOutput(out(), style));
    return 0;
  }

  private void tables(AdminClient client, TextOutput out)
      throws RefusedException, InterruptedException {
    // Never counted down: waiting for it takes the second between two screens.
    CountDownLatch never = new CountDownLatch(1);
    ClusterFeed feed = new ClusterFeed(client);
    feed.start();
    try {
      long shown = 0;
      do {
        JsonObject members = client.get("/api/v1/members");
        if (json) {
          printJson(members, feed.current());
        } else {
          print(out, members, feed.current());
        }
        shown++;
      } while (shown != count && !out().checkError() && !never.await(1, TimeUnit.SECONDS));
    } finally {
      feed.end();
    }
  }

  private void printJson(JsonObject members, ClusterView view) {
    JsonObject line =
        new JsonObject()
            .put("time", SystemEvent.TIME.format(Instant.now()))
            .put("members", members.getJsonArray("members"))
            .put("listeners", new JsonArray(List.copyOf(view.sections().listeners())))
            .put("pools", new JsonArray(List.copyOf(view.sections().pools())));
    out().println(line.encode());
    out().flush();
  }

  private static void print(TextOutput out, JsonObject members, ClusterView view) {
    out.table(MembersCommand.table(members));
    out.line("");
    TextTable table = new TextTable(COLUMNS);
    for (JsonObject pool : view.sections().pools()) {
      for (JsonObject backend : AnswerText.each(pool, "backends")) {
        table.row(
            pool.copy().mergeIn(backend).put("state", AnswerText.backendState(backend)),
            "name id state active clusterActive connectsPerSecond failuresPerSecond");
      }
    }
    out.table(table);
    out.line("");
    out.writer().flush();
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
}
