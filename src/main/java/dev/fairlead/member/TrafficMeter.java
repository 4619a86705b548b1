package dev.fairlead.member;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.Permits;
import dev.fairlead.config.Problem;
import dev.fairlead.listener.ListenerVerticle;
import dev.fairlead.live.TrafficWriter;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.ConnectTimes;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionListener;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a member does between two of its reports. Event loops count connects and ends of
 * sessions, without an allocation; everything else is read from counters that exist. Any thread.
 */
final class TrafficMeter implements SessionListener {
  /** Of a shorter time nothing is reported: its rates would say little. */
  private static final Duration LEAST = Duration.ofSeconds(1);

  private final LongSupplier nanos;

  /** Complete from the start: event loops only read the map. */
  private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);

  /** The totals of the last report, by what they are of. */
  private Map<String, long[]> before = new HashMap<>();

  private Map<String, long[]> now = new HashMap<>();
  private long reportedAt;

  TrafficMeter(LongSupplier nanos) {
    this.nanos = nanos;
    this.reportedAt = nanos.getAsLong();
    for (CloseReason reason : CloseReason.values()) {
      closed.put(reason, new LongAdder());
    }
  }

  @Override
  public void connected(Backend backend, long connectNanos) {
    backend.connectTimes().add(connectNanos);
  }

  @Override
  public void closed(ClosedSession session, boolean quiet) {
    Objects.requireNonNull(closed.get(session.reason())).increment();
  }

  /** What has happened since the last report; null = that was less than a second ago. */
  synchronized @Nullable JsonObject report(
      Proxy proxy, List<String> notReady, List<Problem> problems) {
    long time = nanos.getAsLong();
    Duration interval = Duration.ofNanos(time - reportedAt);
    if (interval.compareTo(LEAST) < 0) {
      return null;
    }
    reportedAt = time;
    now = new HashMap<>();
    TrafficWriter writer =
        new TrafficWriter(interval, worstLagMillis(proxy), proxy.loops().count().max());
    writer.state(notReady, problems.stream().map(TrafficMeter::json).toList());
    listeners(writer, proxy);
    Stream.concat(
            proxy.pools().stream().flatMap(pool -> pool.backends().stream()),
            proxy.removedBackends().stream())
        .forEach(backend -> backend(writer, backend));
    limits(writer, proxy);
    before = now;
    return writer.toJson();
  }

  private static long worstLagMillis(Proxy proxy) {
    long worst =
        proxy.loops().verticles().stream()
            .mapToLong(ListenerVerticle::takeWorstLagNanos)
            .max()
            .orElse(0);
    return TimeUnit.NANOSECONDS.toMillis(worst);
  }

  private static JsonObject json(Problem problem) {
    return new JsonObject().put("path", problem.path()).put("message", problem.message());
  }

  private void listeners(TrafficWriter writer, Proxy proxy) {
    CloseReason[] reasons = CloseReason.values();
    long[] ends = since("closed", closed.values().stream().mapToLong(LongAdder::sum).toArray());
    long[] refusedByAll = new long[reasons.length];
    for (ListenerCounters each : proxy.stats().all()) {
      long[] refused =
          since(
              "refused/" + each.listener(),
              Arrays.stream(reasons).mapToLong(each::refusedFor).toArray());
      long[] counts =
          since(
              "listener/" + each.listener(),
              each.total(),
              each.bytesFromClient(),
              each.bytesToClient());
      long refusals = 0;
      for (int i = 0; i < reasons.length; i++) {
        refusals += refused[i];
        refusedByAll[i] += refused[i];
        writer.refused(each.listener(), reasons[i].label(), refused[i]);
      }
      writer.listener(each.listener(), each.active(), counts[0], counts[1], counts[2], refusals);
    }
    for (int i = 0; i < reasons.length; i++) {
      // Clients that are refused at once are no sessions; the others are in both.
      writer.reason(reasons[i].label(), Math.max(ends[i], refusedByAll[i]));
    }
  }

  private void backend(TrafficWriter writer, Backend backend) {
    long[] totals = new long[4 + ConnectTimes.BUCKETS];
    totals[0] = backend.total();
    totals[1] = backend.bytesFromClients();
    totals[2] = backend.bytesToClients();
    totals[3] = backend.failures();
    for (int i = 0; i < ConnectTimes.BUCKETS; i++) {
      totals[4 + i] = backend.connectTimes().count(i);
    }
    long[] counts = since("backend/" + backend, totals);
    long[] entry = new long[5 + 2 * ConnectTimes.BUCKETS];
    entry[0] = backend.active();
    System.arraycopy(counts, 0, entry, 1, 4);
    int end = 5;
    for (int i = 0; i < ConnectTimes.BUCKETS; i++) {
      if (counts[4 + i] > 0) {
        entry[end++] = i;
        entry[end++] = counts[4 + i];
      }
    }
    writer.backend(backend.pool(), backend.id(), Arrays.copyOf(entry, end));
  }

  private void limits(TrafficWriter writer, Proxy proxy) {
    proxy
        .limiters()
        .refusals()
        .forEach(
            (by, count) -> {
              long clients = since("limit/" + by.limit() + "/" + by.reason(), count.sum())[0];
              writer.refusedByLimit(by.limit(), by.reason(), clients);
            });
    proxy.limiters().leased().stream()
        .filter(each -> each.allowed() != Permits.UNLIMITED)
        .forEach(each -> writer.limit(each.key(), used(each), 0));
    proxy
        .limiters()
        .queues()
        .forEach((key, queue) -> writer.limit(key + "/queue", 0, queue.size()));
  }

  private static long used(Leased limit) {
    return limit.isRate() ? 0 : limit.inUse();
  }

  /** What was added to {@code totals} of {@code name} since the last report; all if it is new. */
  private long[] since(String name, long... totals) {
    now.put(name, totals);
    long[] last = before.get(name);
    long[] added = totals.clone();
    for (int i = 0; last != null && i < totals.length; i++) {
      added[i] -= last[i];
    }
    return added;
  }
}
