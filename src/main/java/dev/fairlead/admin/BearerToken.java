package dev.fairlead.admin;

import dev.fairlead.config.NodeConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Passes on requests that carry a token, with its {@link TokenRole}; refuses all others with 401,
 * or with 429 if too many wrong tokens come from one address. On the event loop of the admin
 * listener.
 */
final class BearerToken implements Handler<RoutingContext> {
  private static final String SCHEME = "Bearer ";

  /** Raising it takes changed files later, lowering it reads them more often. */
  private static final Duration REFRESH_EVERY = Duration.ofSeconds(1);

  private final AdminTokens tokens;
  private final TokenGuesses guesses;
  private final LongSupplier nanoTime;
  private long refreshedNanos;

  BearerToken(AdminTokens tokens, LongSupplier nanoTime) {
    this.tokens = tokens;
    this.guesses = new TokenGuesses(nanoTime);
    this.nanoTime = nanoTime;
    this.refreshedNanos = nanoTime.getAsLong();
  }

  /** Reads the files of {@code config}. Blocks; IllegalStateException if one has no token. */
  static BearerToken read(NodeConfig.Admin config) {
    return new BearerToken(AdminTokens.read(config), System::nanoTime);
  }

  @Override
  public void handle(RoutingContext ctx) {
    String given = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (given == null) {
      refuse(ctx, 401, "a token is missing (expected: Authorization: Bearer)");
      return;
    }
    OptionalLong delay = guesses.delayMillis(source(ctx));
    if (delay.isEmpty()) {
      ctx.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      refuse(ctx, 429, "too many wrong tokens came from your address (expected: less often)");
    } else if (delay.getAsLong() == 0) {
      judgeByTheFiles(ctx, given);
    } else {
      ctx.request().pause(); // Else its body would be lost meanwhile.
      ctx.vertx().setTimer(delay.getAsLong(), elapsed -> judgeLater(ctx, given));
    }
  }

  /** The files are read when they are needed, so a member without requests rests. */
  private void judgeByTheFiles(RoutingContext ctx, String given) {
    long now = nanoTime.getAsLong();
    if (now - refreshedNanos < REFRESH_EVERY.toNanos()) {
      judge(ctx, given);
      return;
    }
    refreshedNanos = now;
    ctx.request().pause();
    ctx.vertx()
        .executeBlocking(
            () -> {
              tokens.refresh();
              return null;
            })
        .onComplete(done -> judgeLater(ctx, given));
  }

  /** Whoever left meanwhile needs no answer, and its close handlers would never be called. */
  private void judgeLater(RoutingContext ctx, String given) {
    if (!ctx.response().closed()) {
      judge(ctx, given);
    }
  }

  private void judge(RoutingContext ctx, String given) {
    Optional<TokenRole> role = roleOf(given);
    if (role.isPresent()) {
      role.get().of(ctx);
      ctx.next();
      ctx.request().resume();
    } else {
      guesses.wrong(source(ctx));
      refuse(ctx, 401, "the token is wrong (expected: Authorization: Bearer)");
    }
  }

  private static String source(RoutingContext ctx) {
    return ctx.request().remoteAddress().hostAddress();
  }

  private static void refuse(RoutingContext ctx, int status, String message) {
    ctx.request().resume();
    ctx.response().putHeader("WWW-Authenticate", "Bearer realm=\"fairlead\"");
    Answers.problem(ctx, status, message);
  }

  private Optional<TokenRole> roleOf(String header) {
    return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? tokens.role(header.substring(SCHEME.length()).strip())
        : Optional.empty();
  }
}
