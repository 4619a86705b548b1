package dev.fairlead.admin;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Handlers that send the files of the admin page, its own and those of the WebJars uPlot and
 * CodeMirror, the OpenAPI description and the schema. Each is read when it is first asked for. Any
 * thread.
 */
final class PageFiles {
  private static final String WEB_JARS = "/META-INF/resources/webjars/";
  private static final String UPLOT = WEB_JARS + "uplot/1.6.30/dist/";
  private static final String CODEMIRROR = WEB_JARS + "codemirror/5.65.16/";

  /** Name in the path, and where it is in the jar. */
  private static final Map<String, String> FOREIGN =
      Map.of(
          "uplot.js", UPLOT + "uPlot.iife.min.js",
          "uplot.css", UPLOT + "uPlot.min.css",
          "codemirror.js", CODEMIRROR + "lib/codemirror.js",
          "codemirror.css", CODEMIRROR + "lib/codemirror.css",
          "yaml.js", CODEMIRROR + "mode/yaml/yaml.js",
          "show-hint.js", CODEMIRROR + "addon/hint/show-hint.js");

  private static final String OWN =
      """
      api.js app.js attention.js change.js charts.js complete.js config.js details.js diff.js dom.js editor.js
      events.js explain.js focus.js format.js live.js load.js mode.js overview.js pools.js sessions.js table.js
      theme.js style.css parts.css
      """;

  private final PageFile html = new PageFile("/page/index.html", "text/html");
  private final PageFile openapi = new PageFile("/openapi.yaml", "application/yaml");
  private final PageFile schema = new PageFile("/fairlead.schema.json", "application/schema+json");
  private final Map<String, PageFile> files;

  PageFiles() {
    Stream<Map.Entry<String, String>> own =
        Stream.of(OWN.split("\\s+")).map(name -> Map.entry(name, "/page/" + name));
    files =
        Stream.concat(own, FOREIGN.entrySet().stream())
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey,
                    each ->
                        new PageFile(
                            each.getValue(),
                            each.getKey().endsWith(".css") ? "text/css" : "text/javascript")));
  }

  /** The page itself. */
  Handler<RoutingContext> html() {
    return html::send;
  }

  /** The script or style that the path parameter {@code file} names. */
  Handler<RoutingContext> file() {
    return ctx -> {
      PageFile file = files.get(ctx.pathParam("file"));
      if (file == null) {
        Answers.problem(ctx, 404, "there is nothing here");
      } else {
        file.send(ctx);
      }
    };
  }

  Handler<RoutingContext> openapi() {
    return openapi::send;
  }

  Handler<RoutingContext> schema() {
    return schema::send;
  }
}
