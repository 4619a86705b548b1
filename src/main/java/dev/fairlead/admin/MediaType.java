package dev.fairlead.admin;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.event.CommandException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What {@code Content-Type} may say. None of it can be sent by a plain HTML form. */
final class MediaType {
  static final Set<String> JSON = Set.of("application/json");

  private static final int UNSUPPORTED = 415;

  private static final Map<String, ConfigFormat> DOCUMENTS =
      Map.of(
          "application/json", ConfigFormat.JSON,
          "text/json", ConfigFormat.JSON,
          "application/yaml", ConfigFormat.YAML,
          "application/x-yaml", ConfigFormat.YAML,
          "text/yaml", ConfigFormat.YAML,
          "text/x-yaml", ConfigFormat.YAML,
          "application/toml", ConfigFormat.TOML,
          "application/x-toml", ConfigFormat.TOML,
          "text/toml", ConfigFormat.TOML,
          "text/x-toml", ConfigFormat.TOML);

  private MediaType() {}

  /**
   * The format of the document that {@code ctx} carries.
   *
   * @throws CommandException 415 when it is none of ours
   */
  static ConfigFormat document(RoutingContext ctx) {
    return DOCUMENTS.get(demand(ctx, DOCUMENTS.keySet()));
  }

  /**
   * The content type of {@code ctx} without its parameters, one of {@code expected}.
   *
   * @throws CommandException 415 when it is another, or in another charset than UTF-8
   */
  static String demand(RoutingContext ctx, Set<String> expected) {
    String header =
        Optional.ofNullable(ctx.request().getHeader(HttpHeaders.CONTENT_TYPE)).orElse("none");
    String lower = header.toLowerCase(Locale.ROOT);
    String type = lower.split(";", 2)[0].strip();
    boolean isUtf8 = !lower.contains("charset") || lower.contains("utf-8");
    if (!isUtf8 || !expected.contains(type)) {
      String all = String.join(", ", new TreeSet<>(expected));
      throw new CommandException(
          UNSUPPORTED, "Content-Type: " + header + " (expected: " + all + "; in UTF-8)");
    }
    return type;
  }
}
