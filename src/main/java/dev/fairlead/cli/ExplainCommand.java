package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.cli.terminal.Colour;
import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.Column.Format;
import dev.fairlead.cli.terminal.Style;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.cli.terminal.TextTable;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows which route, pool and backend a client would get. */
@Command(
    name = "explain",
    description = {
      "Shows which route, pool and backend a client would get now, and why the other backends would"
          + " not be used.",
      "The answer is that of one member, at this moment."
    })
final class ExplainCommand extends TableView {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("BACKEND"),
          new Column("WEIGHT", Format.NUMBER),
          Column.count("CLUSTER"),
          Column.text("WHY"));

  @Option(
      names = "--listener",
      required = true,
      paramLabel = "LISTENER",
      description = "The listener the client connects to.")
  private String listener;

  @Option(
      names = "--source",
      paramLabel = "IP",
      description = "The client's address; used by allow, deny and source-hash.")
  private @Nullable String source;

  @Option(names = "--sni", paramLabel = "NAME", description = "The server name the client sends.")
  private @Nullable String sni;

  @Option(
      names = "--alpn",
      split = ",",
      paramLabel = "PROTOCOL",
      description = "The protocols the client offers: h2,http/1.1")
  private List<String> alpn = List.of();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "The port the client connects to, of a listener with a range; that of backends with"
              + " port: same.")
  private @Nullable Integer port;

  @Override
  String path() {
    return "/api/v1/explain?listener="
        + AdminClient.encoded(listener)
        + (source == null ? "" : "&source=" + AdminClient.encoded(source))
        + (port == null ? "" : "&port=" + port)
        + (sni == null ? "" : "&sni=" + AdminClient.encoded(sni))
        + alpn.stream()
            .map(protocol -> "&alpn=" + AdminClient.encoded(protocol))
            .collect(Collectors.joining());
  }

  @Override
  public List<Column> columns() {
    return COLUMNS;
  }

  @Override
  boolean begin(JsonObject answer, TextOutput out) {
    String name = "listener " + answer.getString("listener");
    if ("draining".equals(answer.getString("state"))) {
      out.line(out.style().painted(Colour.BAD, name + " is draining, it takes no client"));
      return false;
    }
    if (answer.getBoolean("denied", false)) {
      out.line(
          out.style()
              .painted(
                  Colour.BAD,
                  name + " denies this client, " + answer.getString("deniedBy", "deny")));
      return false;
    }
    if (answer.getString("pool") == null) {
      out.line(out.style().painted(Colour.BAD, name + " has no route for this client"));
      return false;
    }
    String selected = answer.getString("backend");
    String route = answer.getString("route");
    Style style = out.style();
    out.line(
        name
            + (route == null ? "" : " -> " + route)
            + " -> pool "
            + answer.getString("pool")
            + " -> "
            + (selected == null
                ? style.painted(Colour.BAD, "no backend takes the client now")
                : style.painted(Colour.GOOD, "backend " + selected + at(answer, selected))));
    return true;
  }

  /** The address of a backend with the port of its client, where that is known. */
  private static String at(JsonObject answer, String selected) {
    return AnswerText.each(answer, "backends").stream()
        .filter(each -> selected.equals(each.getString("id")))
        .flatMap(each -> Stream.ofNullable(each.getString("address")))
        .map(address -> " (" + address + ")")
        .findFirst()
        .orElse("");
  }

  @Override
  void fill(JsonObject answer, TextTable table) {
    AnswerText.each(answer, "backends")
        .forEach(backend -> table.row(backend, "id weight clusterActive why"));
  }
}
