package dev.fairlead.admin;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a request that changes the cluster carries: content type, parameters, {@code If-Match}
 * and body. The accepted content types cannot be sent by a plain HTML form, which is part of the
 * protection against other web sites. Called on the event loop of the request.
 */
final class RequestReader {
  private static final Set<String> JSON = Set.of("application/json");
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

  private static final Pattern FORM =
      Pattern.compile("(?i)multipart/|application/x-www-form-urlencoded");

  private static final Pattern REVISION = Pattern.compile("(\"?)([0-9]{1,18})\\1");
  private static final List<String> PARAMETERS = List.of("dryRun", "author", "note");

  private RequestReader() {}

  /**
   * The push command {@code {config, format, dryRun, author, note?, expect?}}; the document is
   * passed on unparsed, so that problems keep their lines. {@code from} is the author unless the
   * request names one. Throws a {@link CommandException}, 415 or 422.
   */
  static JsonObject pushCommand(RoutingContext ctx, String from) {
    ConfigFormat format = DOCUMENTS.get(demand(ctx, DOCUMENTS.keySet()));
    // A misspelt dryRun must not change the cluster.
    for (String name : ctx.queryParams().names()) {
      if (!PARAMETERS.contains(name)) {
        throw refused(
            name, "unknown parameter (expected: one of " + String.join(", ", PARAMETERS) + ")");
      }
    }
    Buffer body = ctx.body().buffer();
    String author = ctx.queryParams().get("author");
    JsonObject command =
        new JsonObject()
            .put("config", body == null ? "" : body.toString())
            .put("format", Objects.requireNonNull(format).label())
            .put("dryRun", dryRun(ctx.queryParams().get("dryRun")))
            .put("author", author == null || author.isBlank() ? from : author);
    String note = ctx.queryParams().get("note");
    return withExpect(ctx, note == null ? command : command.put("note", note));
  }

  /** Adds the revision of {@code If-Match}, if there is one. */
  private static JsonObject withExpect(RoutingContext ctx, JsonObject command) {
    String expect = ctx.request().getHeader(HttpHeaders.IF_MATCH);
    return expect == null ? command : command.put("expect", revision("If-Match", expect));
  }

  /**
   * The command in the body, with {@code from} as its author unless it names one, and the revision
   * of {@code If-Match}. Throws a {@link CommandException}, 415 or 422.
   */
  static JsonObject change(RoutingContext ctx, String from) {
    JsonObject command = json(ctx);
    if (command.containsKey("expect") && ctx.request().headers().contains(HttpHeaders.IF_MATCH)) {
      throw refused("expect", "unknown key beside If-Match (expected: one of the two)");
    }
    if (command.getValue("author") == null) {
      command.put("author", from);
    }
    return withExpect(ctx, command);
  }

  /** A revision number, with or without quotes; a {@link CommandException} names {@code name}. */
  static long revision(String name, String text) {
    Matcher matcher = REVISION.matcher(text.strip());
    if (!matcher.matches()) {
      throw refused(name, text + " (expected: a revision's number)");
    }
    return Long.parseLong(matcher.group(2));
  }

  static boolean dryRun(@Nullable String text) {
    if (text != null && !text.equals("true") && !text.equals("false")) {
      throw refused("dryRun", text + " (expected: true or false)");
    }
    return Boolean.parseBoolean(text);
  }

  private static CommandException refused(String name, String message) {
    return new CommandException(CommandException.PROBLEMS, name, message);
  }

  /** The bare content type, one of {@code expected}; 415 for another or if it is not UTF-8. */
  private static String demand(RoutingContext ctx, Set<String> expected) {
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

  /** Vert.x would parse the body of a form, which no path expects, and fail if it can't. */
  static void refuseForms(RoutingContext ctx) {
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null && FORM.matcher(type).lookingAt()) {
      Answers.problem(ctx, UNSUPPORTED, "Content-Type: " + type + " (expected: no form)");
    } else {
      ctx.next();
    }
  }

  /** The JSON object of the body; throws a {@link CommandException}, 415 or 422. */
  static JsonObject json(RoutingContext ctx) {
    demand(ctx, JSON);
    return CommandBodies.object(ctx.body().buffer());
  }
}
