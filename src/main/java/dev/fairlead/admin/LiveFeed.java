package dev.fairlead.admin;

import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.live.Totals;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all streams of {@code /api/v1/live} get: once a second the sections that have changed,
 * encoded once for all. Nothing is computed while there is no stream. Any thread; sections are made
 * on workers.
 */
final class LiveFeed {
  /** Raising it lets more pages be open at a member, each of which costs encryption and memory. */
  static final int MOST = 32;

  /** Raising it shows changes later, lowering it costs CPU. */
  private static final Duration EVERY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);
  private static final String CLUSTER = "cluster";
  private static final String REPORT = MetricsReport.class.getSimpleName();

  private final Supplier<Map<String, Object>> sections;
  private final List<Stream> streams = new CopyOnWriteArrayList<>();
  private final AtomicBoolean busy = new AtomicBoolean();

  /** Guarded by this, as what is below. */
  private LiveDocument document = new LiveDocument();

  private boolean isCurrent;
  private @Nullable Long timer;

  /** One client; {@code out} takes whole events. */
  private static final class Stream {
    private final String role;
    private final Consumer<Buffer> out;

    /** Guarded by the feed: it has had a full event. */
    private boolean began;

    private Stream(String role, Consumer<Buffer> out) {
      this.role = role;
      this.out = out;
    }
  }

  LiveFeed(Supplier<Map<String, Object>> sections) {
    this.sections = sections;
  }

  boolean isFull() {
    return streams.size() >= MOST;
  }

  /** Sends {@code out} a full event first; the result ends that, and may be run twice. */
  Runnable join(Vertx vertx, String role, Consumer<Buffer> out) {
    Stream stream = new Stream(role, out);
    synchronized (this) {
      streams.add(stream);
      if (timer == null) {
        timer = vertx.setPeriodic(EVERY.toMillis(), id -> tick(vertx));
      }
    }
    run(vertx, () -> begin(stream));
    return () -> leave(vertx, stream);
  }

  private synchronized void leave(Vertx vertx, Stream stream) {
    streams.remove(stream);
    if (streams.isEmpty() && timer != null) {
      vertx.cancelTimer(timer);
      timer = null;
      isCurrent = false;
      document = new LiveDocument();
    }
  }

  /** The one before may still run, on a machine with much to do. */
  private void tick(Vertx vertx) {
    if (!busy.getAndSet(true)) {
      run(
          vertx,
          () -> {
            try {
              update();
            } finally {
              busy.set(false);
            }
          });
    }
  }

  private static void run(Vertx vertx, Runnable task) {
    vertx
        .executeBlocking(
            () -> {
              task.run();
              return null;
            },
            false)
        .onFailure(cause -> LOG.error("the stream of the page failed", cause));
  }

  private synchronized void begin(Stream stream) {
    if (!isCurrent) {
      document.update(sections.get());
      isCurrent = true;
    }
    JsonObject full = head(true).put("tokenRole", stream.role).mergeIn(document.all());
    stream.began = true;
    stream.out.accept(frame(CLUSTER, full));
  }

  private synchronized void update() {
    if (streams.isEmpty()) {
      return;
    }
    JsonObject changes = document.update(sections.get());
    isCurrent = true;
    if (!changes.isEmpty()) {
      send(frame(CLUSTER, head(false).mergeIn(changes)));
    }
  }

  private static JsonObject head(boolean full) {
    return new JsonObject().put("time", SystemEvent.TIME.format(Instant.now())).put("full", full);
  }

  /** A new point of the series. */
  void sample(Totals totals) {
    if (!streams.isEmpty()) {
      Buffer frame = frame("sample", totals.toJson());
      synchronized (this) {
        send(frame);
      }
    }
  }

  private void send(Buffer frame) {
    streams.stream().filter(each -> each.began).forEach(each -> each.out.accept(frame));
  }

  /** Passes on an event of the cluster, unless it is a report. */
  static void event(JsonObject event, Consumer<Buffer> out) {
    if (!REPORT.equals(event.getValue("type"))) {
      out.accept(frame("event", event));
    }
  }

  private static Buffer frame(String name, JsonObject data) {
    return Buffer.buffer("event: " + name + "\ndata: ")
        .appendBuffer(data.toBuffer())
        .appendString("\n\n");
  }
}
