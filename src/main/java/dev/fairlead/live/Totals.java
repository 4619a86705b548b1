package dev.fairlead.live;

import dev.fairlead.event.SystemEvent;
import dev.fairlead.pool.ConnectTimes;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The traffic of all members at one moment, by listener, pool, backend ({@code pool/id}) and member
 * (its name). What has none is absent. Not changed once it is published.
 */
public final class Totals {
  /** Nothing is known yet. */
  static final Totals NONE = new Totals(0);

  private static final Counts ZERO = new Counts();

  /**
   * Of sessions that reached no backend: labels of {@code CloseReason}, which this package may not
   * import.
   */
  static final List<String> NOT_CONNECTED =
      List.of("connect-refused", "connect-timeout", "connect-failed", "no-backend");

  private final long epochSeconds;
  private final Counts total = new Counts();
  private final Map<String, Counts> listeners = new HashMap<>();
  private final Map<String, Counts> pools = new HashMap<>();
  private final Map<String, Counts> backends = new HashMap<>();
  private final Map<String, Counts> members = new HashMap<>();
  private final Map<String, Double> reasons = new HashMap<>();

  /** By key of a limit, then by reason. */
  private final Map<String, Map<String, Double>> refused = new HashMap<>();

  /** By key: used and waiting. */
  private final Map<String, long[]> limits = new HashMap<>();

  /** By listener: sessions of other members than this one. */
  private final Map<String, Long> others = new HashMap<>();

  /** By member id. */
  private final Map<String, TrafficReport> reports = new HashMap<>();

  private Map<String, Quantiles> connectMillis = Map.of();

  /** Half of the connects to a backend took no longer than {@code p50} ms. */
  public record Quantiles(double p50, double p99) {}

  Totals(long epochSeconds) {
    this.epochSeconds = epochSeconds;
  }

  /** Adds the latest report of a member; {@code own}: of this one. */
  void add(TrafficReport report, boolean own) {
    double seconds = report.seconds();
    reports.put(report.member(), report);
    Counts ofMember = members.computeIfAbsent(report.name(), any -> new Counts());
    report
        .listeners()
        .forEach(
            (name, entry) -> {
              List<?> counts = TrafficReport.numbers(entry);
              listeners.computeIfAbsent(name, any -> new Counts()).add(counts, seconds);
              ofMember.add(counts, seconds);
              if (!own) {
                others.merge(name, (long) TrafficReport.number(counts, 0), Long::sum);
              }
            });
    ofMember.addErrors(notConnected(report) / seconds);
    total.add(ofMember);
    report
        .backends()
        .forEach(
            (name, entry) ->
                backends
                    .computeIfAbsent(name, any -> new Counts())
                    .add(TrafficReport.numbers(entry), seconds));
    addReasons(report.reasons(), seconds, reasons);
    report.limitRefused().forEach((limit, counts) -> addRefused(limit, counts, seconds));
    report.limits().forEach(this::addLimit);
  }

  /** Sessions that reached no backend, without those that are counted as refused too. */
  private static double notConnected(TrafficReport report) {
    double sum = 0;
    for (String reason : NOT_CONNECTED) {
      double refused =
          report.refused().values().stream()
              .mapToDouble(each -> count(TrafficReport.counts(each), reason))
              .sum();
      sum += Math.max(0, count(report.reasons(), reason) - refused);
    }
    return sum;
  }

  private static double count(Map<?, ?> counts, String reason) {
    return TrafficReport.number(counts.get(reason));
  }

  private void addRefused(String limit, Object counts, double seconds) {
    addReasons(
        TrafficReport.counts(counts),
        seconds,
        refused.computeIfAbsent(limit, any -> new HashMap<>()));
  }

  private void addLimit(String key, Object entry) {
    List<?> counts = TrafficReport.numbers(entry);
    long[] sum = limits.computeIfAbsent(key, any -> new long[2]);
    sum[0] += (long) TrafficReport.number(counts, 0);
    sum[1] += (long) TrafficReport.number(counts, 1);
  }

  private static void addReasons(Map<?, ?> counts, double seconds, Map<String, Double> sums) {
    counts.forEach(
        (reason, count) ->
            sums.merge(String.valueOf(reason), TrafficReport.number(count) / seconds, Double::sum));
  }

  /** To be called when all are added: pools are the sums of their backends. */
  void complete(Map<String, float[]> histograms) {
    backends.forEach(
        (name, counts) -> pools.computeIfAbsent(poolOf(name), any -> new Counts()).add(counts));
    connects(histograms);
  }

  /** A pool's name has no slash. */
  private static String poolOf(String backend) {
    int slash = backend.indexOf('/');
    return slash < 0 ? backend : backend.substring(0, slash);
  }

  /** {@code histograms}: connects of each backend by bucket. */
  private void connects(Map<String, float[]> histograms) {
    Map<String, Quantiles> quantiles = new HashMap<>();
    histograms.forEach((name, counts) -> quantiles.put(name, quantiles(counts)));
    connectMillis = quantiles;
  }

  private static Quantiles quantiles(float[] counts) {
    return new Quantiles(quantile(counts, 0.5), quantile(counts, 0.99));
  }

  /** Where the bucket ends that it is in, so at most half too high. */
  private static double quantile(float[] counts, double part) {
    double sum = 0;
    for (float count : counts) {
      sum += count;
    }
    double left = sum * part;
    int bucket = 0;
    while (bucket < counts.length - 1 && (left -= counts[bucket]) > 0) {
      bucket++;
    }
    return Math.round(ConnectTimes.endMillis(bucket) * 100) / 100.0;
  }

  public Counts listener(String name) {
    return listeners.getOrDefault(name, ZERO);
  }

  /** Sessions of a listener at the other members. */
  public long othersSessions(String listener) {
    return others.getOrDefault(listener, 0L);
  }

  public Counts backend(String pool, String id) {
    return backends.getOrDefault(pool + "/" + id, ZERO);
  }

  public Counts member(String name) {
    return members.getOrDefault(name, ZERO);
  }

  /** Of the last minute, the latest ones counting most; empty = there were none. */
  public Optional<Quantiles> connectMillis(String pool, String id) {
    return Optional.ofNullable(connectMillis.get(pool + "/" + id));
  }

  /** The clients that each limit refuses per second, by its key, then by reason. */
  public Map<String, JsonObject> refusedByLimit() {
    Map<String, JsonObject> all = new HashMap<>();
    refused.forEach(
        (limit, reasons) -> {
          JsonObject json = new JsonObject();
          reasons.forEach((reason, rate) -> json.put(reason, Counts.rounded(rate)));
          all.put(limit, json);
        });
    return all;
  }

  /** Permits of a limit in use at all members, 0 = none. */
  public long used(String limit) {
    long[] sum = limits.get(limit);
    return sum == null ? 0 : sum[0];
  }

  /** Clients that wait for a limit at all members. */
  public long waiting(String limit) {
    long[] sum = limits.get(limit);
    return sum == null ? 0 : sum[1];
  }

  /** The last report of the member with that id; null = none came lately. */
  @Nullable TrafficReport report(String member) {
    return reports.get(member);
  }

  Map<String, Double> reasons() {
    return reasons;
  }

  /** Calls {@code visitor} with the key of each series and its counts. */
  void forEach(BiConsumer<SeriesKey, Counts> visitor) {
    visitor.accept(SeriesKey.TOTAL, total);
    listeners.forEach((name, counts) -> visitor.accept(SeriesKey.listener(name), counts));
    pools.forEach((name, counts) -> visitor.accept(SeriesKey.pool(name), counts));
    members.forEach((name, counts) -> visitor.accept(SeriesKey.member(name), counts));
    backends.forEach((name, counts) -> visitor.accept(SeriesKey.backend(name), counts));
  }

  /** The event {@code sample}; the names are API. */
  public JsonObject toJson() {
    JsonObject of = total.toJson();
    JsonObject rates = new JsonObject();
    reasons.forEach((reason, rate) -> rates.put(reason, Counts.rounded(rate)));
    return new JsonObject()
        .put("time", SystemEvent.TIME.format(Instant.ofEpochSecond(epochSeconds)))
        .put("total", of.put("reasons", rates))
        .put("listeners", json(listeners))
        .put("pools", json(pools))
        .put("backends", json(backends))
        .put("members", json(members));
  }

  private static JsonObject json(Map<String, Counts> all) {
    JsonObject json = new JsonObject();
    all.forEach(
        (name, counts) -> {
          if (!counts.isZero()) {
            json.put(name, counts.toJson());
          }
        });
    return json;
  }
}
