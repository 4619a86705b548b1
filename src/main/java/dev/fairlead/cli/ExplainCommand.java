package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
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
final class ExplainCommand extends View {

  @Option(
      names = "--listener",
      required = true,
      paramLabel = "NAME",
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

  @Override
  String path() {
    return "/api/v1/explain?listener="
        + AdminClient.encoded(listener)
        + (source == null ? "" : "&source=" + AdminClient.encoded(source))
        + (sni == null ? "" : "&sni=" + AdminClient.encoded(sni))
        + alpn.stream()
            .map(protocol -> "&alpn=" + AdminClient.encoded(protocol))
            .collect(Collectors.joining());
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    if (answer.getBoolean("denied", false)) {
      out.println("listener " + answer.getString("listener") + " denies this client");
      return;
    }
    if (answer.getString("pool") == null) {
      out.println("listener " + answer.getString("listener") + " has no route for this client");
      return;
    }
    String selected = answer.getString("backend");
    String route = answer.getString("route");
    out.printf(
        Locale.ROOT,
        "listener %s%s -> pool %s -> %s%n",
        answer.getString("listener"),
        route == null ? "" : " -> " + route,
        answer.getString("pool"),
        selected == null ? "no backend takes the client now" : "backend " + selected);
    TextTable table = new TextTable("BACKEND WEIGHT CLUSTER WHY");
    AnswerText.each(answer, "backends")
        .forEach(backend -> table.row(backend, "id weight clusterActive why"));
    table.print(out);
  }
}
