package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.SystemEvent;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Follows the events of the cluster. */
@Command(
    name = "events",
    description = {
      "Shows the events of all members as they happen, one a line, until Ctrl-C.",
      "Earlier ones are shown with --since. The command fails when the member ends the stream."
    })
final class EventsCommand extends ClientCommand {
  private static final String DATA = "data: ";

  /** Fields that each event has; the text shows them in columns. */
  private static final Set<String> COMMON = Set.of("type", "member", "name", "time");

  private static final Set<String> TYPES =
      Stream.of(SystemEvent.class.getPermittedSubclasses())
          .map(Class::getSimpleName)
          .collect(Collectors.toCollection(TreeSet::new));

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "First those that the member remembers from this time on: a duration such as 10m, or a"
              + " time such as 2026-11-22T12:30:00Z.")
  private @Nullable String since;

  @Option(names = "--limit", paramLabel = "N", description = "End after N events.")
  private @Nullable Long limit;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      split = ",",
      completionCandidates = TypeCandidates.class,
      description =
          "Only these types, separated by commas; default: all but MetricsReport, which every"
              + " member sends every 5 s.")
  private @Nullable List<String> types;

  @Option(names = "--json", description = "Print each event as a JSON object on one line.")
  private boolean json;

  /** For shell completion. */
  static final class TypeCandidates extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    TypeCandidates() {
      super(TYPES);
    }
  }

  private long shown;
  private boolean connected;

  @Override
  public Integer call() throws RefusedException {
    if (limit != null && limit < 1) {
      throw wrong("--limit: " + limit + " (expected: a number from 1)");
    }
    Set<String> wanted = wanted();
    String path = "/api/v1/events" + (since == null ? "" : "?since=" + AdminClient.encoded(since));
    client()
        .follow(
            path,
            line -> {
              tellOnceConnected();
              return !line.startsWith(DATA) || show(line, wanted);
            });
    return 0;
  }

  /** A quiet cluster has no events for hours: without a line the command would seem to hang. */
  private void tellOnceConnected() {
    if (!connected && since == null) {
      err().println("following new events until Ctrl-C; --since 10m shows earlier ones first");
    }
    connected = true;
  }

  private Set<String> wanted() {
    if (types == null) {
      Set<String> most = new TreeSet<>(TYPES);
      most.remove(MetricsReport.class.getSimpleName());
      return most;
    }
    for (String type : types) {
      if (!TYPES.contains(type)) {
        throw wrong("--type: " + type + " (expected: of " + String.join(", ", TYPES) + ")");
      }
    }
    return Set.copyOf(types);
  }

  /** Whether to go on: not after the last event, and not when nobody takes the output. */
  private boolean show(String line, Set<String> wanted) {
    JsonObject event;
    try {
      event = new JsonObject(line.substring(DATA.length()));
    } catch (DecodeException e) {
      return true; // Foreign applications may publish anything.
    }
    if (!wanted.contains(String.valueOf(event.getValue("type")))) {
      return true;
    }
    PrintWriter out = out();
    out.println(json ? event.encode() : text(event));
    shown++;
    return !out.checkError() && (limit == null || shown < limit);
  }

  /** {@code TIME MEMBER TYPE}, then the details, those without a value left out. */
  static String text(JsonObject event) {
    String details =
        event.stream()
            .filter(field -> !COMMON.contains(field.getKey()) && field.getValue() != null)
            .map(field -> field.getKey() + ": " + field.getValue())
            .collect(Collectors.joining(", "));
    String line =
        String.format(
            Locale.ROOT,
            "%-24s   %-10s   %-15s   %s",
            event.getValue("time"),
            event.getValue("name"),
            event.getValue("type"),
            details);
    return AnswerText.printable(line).stripTrailing();
  }
}
