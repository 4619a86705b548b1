package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows which way a client would take. */
@Command(
    name = "explain",
    description = {
      "Shows which route, pool and backend a client would get now, and why each other backend would"
          + " not.",
      "It is asked of one member, and answers for this moment."
    })
final class ExplainCommand extends View {

  @Option(
      names = "--listener",
      required = true,
      paramLabel = "NAME",
      description = "The listener that the client comes to.")
  private String listener;

  @Option(
      names = "--source",
      paramLabel = "IP",
      description = "The client's address; allow, deny and source-hash look at it.")
  private String source;

  @Option(
      names = "--sni",
      paramLabel = "NAME",
      description = "The server name that the client asks for.")
  private String sni;

  @Override
  String path() {
    return "/api/v1/explain?listener="
        + encoded(listener)
        + (source == null ? "" : "&source=" + encoded(source))
        + (sni == null ? "" : "&sni=" + encoded(sni));
  }

  @Override
  void print(JsonObject answer, AdminClient client, PrintWriter out) {
    if (answer.getBoolean("denied", false)) {
      out.println("listener " + answer.getString("listener") + " denies this client");
      return;
    }
    String backend = answer.getString("backend");
    out.println(
        "listener "
            + answer.getString("listener")
            + " -> pool "
            + answer.getString("pool")
            + " -> "
            + (backend == null ? "no backend takes the client now" : "backend " + backend));
    TextTable table = new TextTable("BACKEND", "WEIGHT", "CLUSTER", "WHY");
    each(answer, "backends")
        .forEach(
            each ->
                table.row(
                    each.getString("id"),
                    each.getInteger("weight"),
                    each.getLong("clusterActive"),
                    each.getString("why")));
    table.print(out);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
