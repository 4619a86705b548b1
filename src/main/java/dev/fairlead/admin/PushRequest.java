package dev.fairlead.admin;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@code POST /api/v1/config} as the command it stands for. */
final class PushRequest {
  private static final Pattern REVISION = Pattern.compile("(\"?)([0-9]{1,18})\\1");
  private static final List<String> PARAMETERS = List.of("dryRun", "author");

  private PushRequest() {}

  /**
   * {@code {config, format, dryRun, author, expect?}}; the document goes on as it was written, so
   * that problems keep their lines.
   *
   * @param from the author, unless another is given
   * @throws CommandException 415 or 422
   */
  static JsonObject command(RoutingContext ctx, String from) {
    String format = MediaType.document(ctx).label();
    // A misspelt dryRun must not change anything.
    for (String name : ctx.queryParams().names()) {
      if (!PARAMETERS.contains(name)) {
        throw refused(name, "unknown parameter (expected: dryRun, author)");
      }
    }
    Buffer body = ctx.body().buffer();
    String author = ctx.queryParams().get("author");
    JsonObject command =
        new JsonObject()
            .put("config", body == null ? "" : body.toString())
            .put("format", format)
            .put("dryRun", dryRun(ctx.queryParams().get("dryRun")))
            .put("author", author == null || author.isBlank() ? from : author);
    String expect = ctx.request().getHeader(HttpHeaders.IF_MATCH);
    return expect == null ? command : command.put("expect", revision("If-Match", expect));
  }

  /**
   * A revision's number, with or without quotes.
   *
   * @throws CommandException 422 naming {@code name}
   */
  static long revision(String name, String text) {
    Matcher matcher = REVISION.matcher(text.strip());
    if (!matcher.matches()) {
      throw refused(name, text + " (expected: a revision's number)");
    }
    return Long.parseLong(matcher.group(2));
  }

  private static boolean dryRun(String text) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (!text.equals("true")) {
      throw refused("dryRun", text + " (expected: true or false)");
    }
    return true;
  }

  private static CommandException refused(String name, String message) {
    return new CommandException(
        CommandException.PROBLEMS, List.of(CommandProblem.of(name, message)));
  }
}
