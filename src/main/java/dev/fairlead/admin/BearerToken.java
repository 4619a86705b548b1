package dev.fairlead.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes on requests that carry the token; refuses all others with 401, or with 429 if too many
 * wrong tokens come from one address.
 */
public final class BearerToken implements Handler<RoutingContext> {
  private static final String SCHEME = "Bearer ";

  private final byte[] token;
  private final TokenGuesses guesses;

  private BearerToken(String token, TokenGuesses guesses) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.guesses = guesses;
  }

  /** Reads line 1 of {@code file}. Blocks; throws IllegalStateException if it has no token. */
  public static BearerToken read(Path file) {
    return read(file, System::nanoTime);
  }

  static BearerToken read(Path file, LongSupplier nanoTime) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      if (line == null || line.isBlank()) {
        throw unusable(file, "it is empty", null);
      }
      return new BearerToken(line.strip(), new TokenGuesses(nanoTime));
    } catch (IOException e) {
      throw unusable(file, e.toString(), e);
    }
  }

  private static IllegalStateException unusable(
      Path file, String why, @Nullable IOException cause) {
    String expected = " (expected: a token in its first line, but: " + why + ")";
    return new IllegalStateException("node.admin.tokenFile: " + file + expected, cause);
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
      judge(ctx, given);
    } else {
      ctx.request().pause(); // Else its body would be lost meanwhile.
      ctx.vertx().setTimer(delay.getAsLong(), elapsed -> judgeLater(ctx, given));
    }
  }

  /** Whoever left meanwhile needs no answer, and its close handlers would never be called. */
  private void judgeLater(RoutingContext ctx, String given) {
    if (!ctx.response().closed()) {
      judge(ctx, given);
    }
  }

  private void judge(RoutingContext ctx, String given) {
    if (isCarriedBy(given)) {
      ctx.put(LiveRoutes.TOKEN_ROLE, "full");
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

  private boolean isCarriedBy(String header) {
    if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    // Constant-time comparison: the duration must not depend on the number of right bytes.
    return MessageDigest.isEqual(token, given);
  }
}
