package dev.fairlead.admin;

import dev.fairlead.event.AuditLog;
import dev.fairlead.event.AuditLog.Actor;
import dev.fairlead.event.ChangeText;
import dev.fairlead.net.LineLimit;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The line of the audit log for one request that is neither GET nor HEAD: when its command ends, or
 * else its response, or its connection without one. A dry run has none. On the event loop of the
 * request.
 */
final class ChangeAudit {
  private static final String KEY = ChangeAudit.class.getName();

  /**
   * Between two lines about requests that may change nothing: whoever reaches the listener must not
   * be able to fill a disk. Lowering it names more of those who try.
   */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final RoutingContext ctx;
  private String what;
  private @Nullable String author;

  /** A command is under way, and its end makes the line. */
  private boolean underWay;

  private boolean isDryRun;

  private ChangeAudit(RoutingContext ctx) {
    this.ctx = ctx;
    this.what = ChangeText.request(ctx.request().method().name(), ctx.request().path());
  }

  /** Begins for each request; {@code nanoTime} is the clock. */
  static Handler<RoutingContext> handler(LongSupplier nanoTime) {
    LineLimit strangers = new LineLimit(PAUSE, nanoTime);
    return ctx -> {
      if (!TokenRole.isRead(ctx.request().method())) {
        ChangeAudit audit = new ChangeAudit(ctx);
        ctx.put(KEY, audit);
        ctx.addEndHandler(ended -> audit.ended(strangers));
      }
      ctx.next();
    };
  }

  private static Optional<ChangeAudit> in(RoutingContext ctx) {
    return Optional.ofNullable(ctx.get(KEY));
  }

  /** The command of a request, which is returned, in words. */
  static JsonObject says(
      RoutingContext ctx, Function<JsonObject, String> words, JsonObject command) {
    in(ctx)
        .ifPresent(
            audit -> {
              audit.what = words.apply(command);
              audit.author = command.getValue("author") instanceof String text ? text : null;
              audit.isDryRun = ChangeText.isDryRun(command);
            });
    return command;
  }

  /** The command of a request in words. */
  static void says(RoutingContext ctx, String words) {
    in(ctx).ifPresent(audit -> audit.what = words);
  }

  /** A command begins; one of the two below follows, also when the client leaves. */
  static void begins(RoutingContext ctx) {
    in(ctx).ifPresent(audit -> audit.underWay = true);
  }

  static void done(RoutingContext ctx, @Nullable Object answer) {
    String result = answer instanceof JsonObject json ? AuditLog.result(json) : "done";
    in(ctx)
        .filter(audit -> !audit.isDryRun)
        .ifPresent(audit -> AuditLog.done(audit.actor(), audit.what, result));
  }

  static void refused(RoutingContext ctx, Throwable why) {
    in(ctx)
        .filter(audit -> !audit.isDryRun)
        .ifPresent(audit -> AuditLog.refused(audit.actor(), audit.what, why));
  }

  private void ended(LineLimit strangers) {
    if (underWay || isDryRun || (TokenRole.permits(ctx) && TokenRole.isDryRun(ctx))) {
      return;
    }
    if (TokenRole.permits(ctx)) {
      log("");
      return;
    }
    OptionalLong leftOut = strangers.next();
    if (leftOut.isPresent()) {
      long more = leftOut.getAsLong();
      log(more == 0 ? "" : more + " others before it, ");
    }
  }

  private void log(String before) {
    int status = ctx.response().getStatusCode();
    if (!ctx.response().ended()) {
      AuditLog.done(actor(), what, before + "broken off");
    } else if (status / 100 == 2) {
      AuditLog.done(actor(), what, before + "done");
    } else {
      String why = Answers.why(ctx);
      AuditLog.refused(actor(), what, before + status + (why == null ? "" : " " + why));
    }
  }

  /** {@code http 127.0.0.1}. */
  static String from(RoutingContext ctx) {
    return "http " + ctx.request().remoteAddress().hostAddress();
  }

  private Actor actor() {
    String from = from(ctx);
    return new Actor(
        from.equals(author) ? null : author,
        from,
        TokenRole.in(ctx).label(),
        certificate().orElse(null));
  }

  private Optional<String> certificate() {
    if (!ctx.request().isSSL()) {
      return Optional.empty();
    }
    try {
      Certificate first = ctx.request().connection().peerCertificates().get(0);
      return first instanceof X509Certificate x509
          ? Optional.of(x509.getSubjectX500Principal().getName())
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // Clients need none.
    }
  }
}
