package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.Console;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows members and pools, refreshed every second. */
@Command(
    name = "top",
    description = {
      "Shows members and pools, refreshed every second, until Ctrl-C.",
      "HERE and the rates (per second) are those of the member that answers. If the output is not a"
          + " terminal, the screens follow each other."
    })
final class TopCommand extends ClientCommand {
  /** ANSI: cursor to the upper left corner, then erase to the end of the screen. */
  private static final String REDRAW = "\u001b[H\u001b[2J";

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "Stop after N screens; 0, the default: never.")
  private long count;

  @Override
  public Integer call() throws RefusedException, InterruptedException {
    if (count < 0) {
      throw wrong("--count: " + count + " (expected: 1 or more, or 0 for no end)");
    }
    AdminClient client = client();
    PrintWriter out = out();
    boolean redraws = isTerminal();
    // Never counted down: waiting for it takes the second between two screens.
    CountDownLatch never = new CountDownLatch(1);
    @Nullable Sample before = null;
    long shown = 0;
    do {
      Sample now = Sample.of(client);
      out.print(redraws ? REDRAW : "");
      now.print(out, before);
      before = now;
      shown++;
    } while (shown != count && !never.await(1, TimeUnit.SECONDS));
    return 0;
  }

  /**
   * Whether input and output are a terminal. Since JDK 22 a console may exist without one; {@code
   * Console.isTerminal} is called by name because this is compiled for 17.
   */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true; // Before JDK 22 a console is a terminal.
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Console.isTerminal", e);
    }
  }

  /** One screen's answers, taken at {@code nanos} by {@link System#nanoTime}. */
  record Sample(long nanos, JsonObject members, JsonObject pools) {

    static Sample of(AdminClient client) throws RefusedException {
      JsonObject members = client.get("/api/v1/members");
      JsonObject pools = client.get("/api/v1/pools");
      return new Sample(System.nanoTime(), members, pools);
    }

    /** With the rates since {@code before}, if there is one. */
    void print(PrintWriter out, @Nullable Sample before) {
      MembersCommand.table(members).print(out);
      out.println();
      TextTable table = new TextTable("POOL BACKEND STATE HERE CLUSTER NEW/S FAILED/S");
      Map<List<String>, JsonObject> old = before == null ? Map.of() : before.backends();
      double seconds = before == null ? 0 : (nanos - before.nanos) / 1e9;
      for (JsonObject pool : AnswerText.each(pools, "pools")) {
        for (JsonObject backend : AnswerText.each(pool, "backends")) {
          JsonObject last = old.get(key(pool, backend));
          table.row(
              pool.copy().mergeIn(backend).put("state", PoolsCommand.state(backend)),
              "name id state active clusterActive",
              last == null ? null : rate("total", backend, last, seconds),
              last == null ? null : rate("failures", backend, last, seconds));
        }
      }
      table.print(out);
      out.println();
      out.flush();
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
    private static @Nullable String rate(
        String count, JsonObject now, JsonObject last, double seconds) {
      long more = now.getLong(count) - last.getLong(count);
      return more < 0 ? null : String.format(Locale.ROOT, "%.1f", more / seconds);
    }
  }
}
