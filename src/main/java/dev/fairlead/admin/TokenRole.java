package dev.fairlead.admin;

import dev.fairlead.config.Labelled;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/** What the token of a request permits. */
enum TokenRole implements Labelled {
  FULL,
  /** Looks, and tries a push; changes nothing. */
  READ,
  /** There are no tokens: whoever reaches the listener may do everything. */
  NONE;

  private static final String KEY = TokenRole.class.getName();
  private static final String PUSH = "/api/v1/config";

  /** The request is permitted as this one. */
  void of(RoutingContext ctx) {
    ctx.put(KEY, this);
  }

  /** Of a request; none if it is not permitted yet. */
  static TokenRole in(RoutingContext ctx) {
    TokenRole role = ctx.get(KEY);
    return role == null ? NONE : role;
  }

  /** Whether a request is permitted what it asks for; false before that is known. */
  static boolean permits(RoutingContext ctx) {
    TokenRole role = ctx.get(KEY);
    return role != null && (role != READ || isRead(ctx.request().method()) || isDryRun(ctx));
  }

  /** Refuses with 403 what the token of the request does not permit. */
  static void check(RoutingContext ctx) {
    if (permits(ctx)) {
      ctx.next();
    } else {
      Answers.problem(
          ctx,
          403,
          "the token is that of node.admin.readTokenFile, which permits GET, HEAD and dry runs"
              + " (expected: the token of node.admin.tokenFile)");
    }
  }

  static boolean isRead(HttpMethod method) {
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  /** Tries a push: the exact path, as {@link RequestReader#pushCommand} is called for it. */
  static boolean isDryRun(RoutingContext ctx) {
    return ctx.request().method().equals(HttpMethod.POST)
        && ctx.request().path().equals(PUSH)
        && "true".equals(ctx.queryParams().get("dryRun"));
  }
}
