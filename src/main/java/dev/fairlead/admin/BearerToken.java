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
import org.jspecify.annotations.Nullable;

/** Passes on requests that carry the token; refuses all others with 401. */
public final class BearerToken implements Handler<RoutingContext> {
  private static final String SCHEME = "Bearer ";

  private final byte[] token;

  private BearerToken(String token) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
  }

  /** Reads line 1 of {@code file}. Blocks; throws IllegalStateException if it has no token. */
  public static BearerToken read(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      if (line == null || line.isBlank()) {
        throw unusable(file, "it is empty", null);
      }
      return new BearerToken(line.strip());
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
    if (isCarriedBy(ctx.request().getHeader(HttpHeaders.AUTHORIZATION))) {
      ctx.next();
      return;
    }
    ctx.response().putHeader("WWW-Authenticate", "Bearer realm=\"fairlead\"");
    Answers.problem(ctx, 401, "the token is missing or wrong (expected: Authorization: Bearer)");
  }

  private boolean isCarriedBy(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    // Constant-time comparison: the duration must not depend on the number of right bytes.
    return MessageDigest.isEqual(token, given);
  }
}
