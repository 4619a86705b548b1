package dev.fairlead.admin;

import dev.fairlead.config.NodeConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on requests that carry a token, with its {@link TokenRole}; refuses all others with 401,
 * or with 429 if too many wrong tokens come from one address. On the event loop of the admin
 * listener.
 */
final class BearerToken implements Handler<RoutingContext> {
  private static final String SCHEME = "Bearer ";

  /** Raising it takes changed files later, lowering it reads them more often. */
  private static final Duration REFRESH_EVERY = Duration.ofSeconds(1);

  /**
   * What a request waits for the files. Raising it uses a token that a slow disk has at the first
   * request with it, lowering it answers sooner while a disk hangs.
   */
  private static final Duration LONGEST_REFRESH = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(BearerToken.class);

  private final AdminTokens tokens;
  private final Runnable refresh;
  private final TokenGuesses guesses;
  private final LongSupplier nanoTime;
  private long refreshedNanos;

  /** The files are being read, by one thread at a time. */
  private boolean isRefreshing;

  /** {@code refresh} reads the files of {@code tokens} again, and may block. */
  BearerToken(AdminTokens tokens, Runnable refresh, LongSupplier nanoTime) {
    this.tokens = tokens;
    this.refresh = refresh;
    this.guesses = new TokenGuesses(nanoTime);
    this.nanoTime = nanoTime;
    this.refreshedNanos = nanoTime.getAsLong();
  }

  /** Reads the files of {@code config}. Blocks; IllegalStateException if one has no token. */
  static BearerToken read(NodeConfig.Admin config) {
    AdminTokens tokens = AdminTokens.read(config);
    return new BearerToken(tokens, tokens::refresh, System::nanoTime);
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
    if (isRefreshing || now - refreshedNanos < REFRESH_EVERY.toNanos()) {
      judge(ctx, given);
      return;
    }
    refreshedNanos = now;
    isRefreshing = true;
    ctx.request().pause();
    ctx.vertx()
        .executeBlocking(Executors.callable(refresh), false)
        .onComplete(done -> isRefreshing = false)
        .timeout(LONGEST_REFRESH.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(BearerToken::notRefreshed)
        .onComplete(done -> judgeLater(ctx, given));
  }

  private static void notRefreshed(Throwable why) {
    if (why instanceof TimeoutException) {
      LOG.warn(
          "reading the token files of node.admin takes more than {} s; the tokens of before stay in"
              + " use",
          LONGEST_REFRESH.toSeconds());
    } else {
      LOG.error("the token files of node.admin cannot be read", why);
    }
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
