package dev.fairlead.admin;

import dev.fairlead.config.Durations;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One client of {@code /api/v1/events} or {@code /api/v1/live}: server-sent events until it
 * disconnects. Owned by the event loop of its request. A client that reads too slowly is
 * disconnected: when {@link #MAX_BEHIND} events other than remembered ones, which come all at once,
 * are queued beyond a full write queue, or when the queue stays full from one keep-alive to the
 * next.
 */
public final class EventStream {
  /**
   * Time between two keep-alive comments. Raising it risks idle time-outs of proxies in between and
   * delays the detection of a stuck client; lowering it costs traffic.
   */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  private static final int QUEUE_BYTES = 256 * 1024;

  /** Raising it tolerates longer stalls of a client at the expense of memory, about 300 B each. */
  private static final int MAX_BEHIND = 1000;

  /** Foreign applications can publish events; a type must not break out of its line. */
  private static final Pattern TYPE = Pattern.compile("\\w{1,64}");

  private static final String SINCE =
      "a duration such as 10m, or a time such as 2026-11-22T12:30:00Z";

  private final Context context;
  private final HttpServerResponse response;
  private final int maxBehind;
  private Runnable unsubscribe = () -> {};
  private long timer;
  private boolean ended;

  private boolean replayed;

  /** Events after the remembered ones, written since the write queue became full. */
  private int behind;

  private boolean fullAtLastTick;

  private EventStream(RoutingContext ctx, int maxBehind) {
    this.context = ctx.vertx().getOrCreateContext();
    this.response = ctx.response();
    this.maxBehind = maxBehind;
  }

  /**
   * Streams the events of {@code source}, with {@code ?since=} first the remembered ones from then
   * on; the response to HEAD has headers only.
   */
  static void open(RoutingContext ctx, EventSource source) {
    since(ctx)
        .ifPresent(
            since ->
                open(
                    ctx,
                    MAX_BEHIND,
                    out ->
                        source.subscribe(since, event -> out.accept(Buffer.buffer(text(event))))));
  }

  /**
   * Streams what is passed to the consumer that {@code subscribe} gets, on any thread; its result
   * ends the subscription. A client that is {@code maxBehind} of them behind is disconnected.
   */
  static void open(
      RoutingContext ctx, int maxBehind, Function<Consumer<Buffer>, Runnable> subscribe) {
    ctx.response()
        .setChunked(!ctx.request().method().equals(HttpMethod.HEAD))
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      ctx.response().end();
    } else {
      AdminConnections.streaming(ctx);
      new EventStream(ctx, maxBehind).start(subscribe);
    }
  }

  /** The time in {@code ?since=}, without it never; empty = refused already. */
  static Optional<Instant> since(RoutingContext ctx) {
    String wanted = ctx.queryParams().get("since");
    Optional<Instant> since = wanted == null ? Optional.of(Instant.MAX) : since(wanted);
    if (since.isEmpty()) {
      Answers.problem(ctx, 422, "since: " + wanted + " (expected: " + SINCE + ")");
    }
    return since;
  }

  private static Optional<Instant> since(String text) {
    try {
      return Durations.parse(text)
          .map(Instant.now()::minus)
          .or(() -> Optional.of(OffsetDateTime.parse(text).toInstant()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private void start(Function<Consumer<Buffer>, Runnable> subscribe) {
    if (response.closed()) {
      return; // Its handlers would never be called: nothing would end the subscription.
    }
    response
        .setWriteQueueMaxSize(QUEUE_BYTES)
        .drainHandler(drained -> behind = 0)
        .exceptionHandler(broken -> end())
        .closeHandler(closed -> end());
    unsubscribe = subscribe.apply(event -> context.runOnContext(turn -> send(event)));
    context.runOnContext(turn -> replayed = true); // After the turns of the remembered ones.
    timer = context.owner().setPeriodic(KEEP_ALIVE.toMillis(), tick -> tick());
    comment("connected");
  }

  private void send(Buffer event) {
    if (ended) {
      return; // Delivered after the client left.
    }
    if (replayed && response.writeQueueFull()) {
      behind++;
    }
    if (behind > maxBehind) {
      cutOff();
      return;
    }
    response.write(event);
  }

  static String text(JsonObject event) {
    String type = event.getValue("type") instanceof String given ? given : "";
    String name = TYPE.matcher(type).matches() ? "event: " + type + "\n" : "";
    return name + "data: " + event.encode() + "\n\n";
  }

  private void tick() {
    boolean full = response.writeQueueFull();
    if (full && fullAtLastTick) {
      cutOff();
    } else if (!full) {
      comment("keep-alive");
    }
    fullAtLastTick = full;
  }

  private void comment(String text) {
    response.write(": " + text + "\n\n");
  }

  private void cutOff() {
    end();
    response.reset();
  }

  private void end() {
    if (!ended) {
      ended = true;
      context.owner().cancelTimer(timer);
      unsubscribe.run();
    }
  }

  /** The events that the admin listener streams. Any thread. */
  @FunctionalInterface
  public interface EventSource {

    /**
     * Passes the remembered events that arrived at {@code since} or later to {@code listener}, then
     * every further one; on any thread, it must not block. The result ends the subscription; any
     * thread, idempotent.
     */
    Runnable subscribe(Instant since, Consumer<JsonObject> listener);
  }
}
