package dev.fairlead.admin;

import dev.fairlead.event.CommandException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the responses of the admin listener. Called on the event loop of the request. */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final String JSON = "application/json";
  private static final String WHY = Answers.class.getName();
  private static final int TOO_LARGE = 413;

  /** What Vert.x reports for malformed chunks, and for a client that leaves before the end. */
  private static final int BODY_UNREADABLE = 200;

  private Answers() {}

  /** Sends {@code body}, or only its headers as the response to HEAD. */
  static void send(RoutingContext ctx, int status, String contentType, Buffer body) {
    if (ctx.response().ended() || ctx.response().closed()) {
      return; // The client left while the body was built.
    }
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    ctx.response().end(body);
  }

  static void json(RoutingContext ctx, int status, JsonObject body) {
    send(ctx, status, JSON, body.toBuffer());
  }

  private static void because(RoutingContext ctx, String why) {
    ctx.put(WHY, why);
  }

  /** Why the request was refused, in words; null = it was not. */
  static @Nullable String why(RoutingContext ctx) {
    return ctx.get(WHY);
  }

  /** Builds the body on a worker thread and sends it with status 200. */
  static void sendMade(RoutingContext ctx, String contentType, Callable<Buffer> body) {
    ctx.vertx()
        .executeBlocking(body, false)
        .onSuccess(made -> send(ctx, 200, contentType, made))
        .onFailure(ctx::fail);
  }

  /** Builds and encodes the body on a worker thread and sends it with status 200. */
  static void jsonMade(RoutingContext ctx, Callable<JsonObject> body) {
    sendMade(ctx, JSON, () -> body.call().toBuffer());
  }

  /** Refuses the request with one problem, whose path is that of the request. */
  static void problem(RoutingContext ctx, int status, String message) {
    because(ctx, message);
    JsonObject problem = new JsonObject().put("path", ctx.request().path()).put("message", message);
    json(ctx, status, new JsonObject().put("problems", new JsonArray().add(problem)));
  }

  /** Sends {@code refusal} if it is a {@link CommandException}; anything else is a bug. */
  static void refused(RoutingContext ctx, Throwable refusal) {
    if (refusal instanceof CommandException command) {
      because(ctx, String.valueOf(command.getMessage()));
      json(ctx, command.code(), command.toJson());
    } else {
      ctx.fail(refusal);
    }
  }

  /** Completes on the event loop of the request, on whatever thread {@code elsewhere} completes. */
  static <T> Future<T> here(Future<T> elsewhere) {
    Context context = Vertx.currentContext();
    Promise<T> here = Promise.promise();
    elsewhere.onComplete(
        (value, failure) -> context.runOnContext(turn -> here.complete(value, failure)));
    return here.future();
  }

  /**
   * Response to a failed request. The cause of an internal error goes to the log only; that a
   * request is malformed, or that its client has left, is none.
   */
  static void failure(RoutingContext ctx) {
    int status = ctx.statusCode();
    if (status == TOO_LARGE) {
      problem(ctx, status, "the body is too large (expected: at most 16 MiB)");
    } else if (status == BODY_UNREADABLE) {
      problem(ctx, 400, "the body is malformed");
    } else if (status >= 400 && status < 500) {
      problem(ctx, status, "the request is malformed");
    } else {
      LOG.error("{} {} failed", ctx.request().method(), ctx.request().path(), ctx.failure());
      problem(ctx, 500, "internal error, see the log of the member");
    }
  }
}
