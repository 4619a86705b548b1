package dev.fairlead.live;

import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.pool.ConnectTimes;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The latest {@code MetricsReport} of every member, added up whenever this member reports, which is
 * every 5 s; each sum is a point of the series. Any thread.
 */
public final class ClusterTraffic {
  /** A member that has not reported for so long counts no more: three reports of it are lost. */
  private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** Nodes that are no members can publish reports too. */
  private static final int MOST_MEMBERS = 1_000;

  private static final String REPORT = MetricsReport.class.getSimpleName();

  /**
   * What is left of a count of connects after a step: half after 26 s. Raising it shows the connect
   * times of backends with few clients for longer, and changes later.
   */
  private static final float DECAY = 0.875f;

  /** Below it a backend counts as not connected to. */
  private static final float FEW_CONNECTS = 0.1f;

  private final LongSupplier nanos;
  private final InstantSource clock;
  private final SeriesStore store = new SeriesStore();

  /** By member id. */
  private final Map<String, Arrived> arrived = new ConcurrentHashMap<>();

  /** By {@code pool/id}: connects by bucket. Only in a step. */
  private final Map<String, float[]> connects = new HashMap<>();

  private long lastStep;
  private long steppedAt;
  private volatile Totals totals = Totals.NONE;
  private volatile Consumer<Totals> onStep = made -> {};

  /** The latest report of a member, not checked yet; {@code at} as {@link System#nanoTime}. */
  private record Arrived(JsonObject event, long at) {}

  /**
   * What a member has reported of itself.
   *
   * @param lagMillis how late its event loops run timers
   * @param maxSessions the most that it accepts
   * @param notReady why it does not accept clients, empty = it does
   * @param problems {@code {path, message}} of its file
   * @param ageSeconds since it reported this
   */
  public record MemberState(
      double lagMillis,
      int maxSessions,
      List<String> notReady,
      List<JsonObject> problems,
      long ageSeconds) {}

  /** {@code nanos}: as {@link System#nanoTime}. */
  public ClusterTraffic(LongSupplier nanos, InstantSource clock) {
    this.nanos = nanos;
    this.clock = clock;
    this.steppedAt = nanos.getAsLong() - STALE_NANOS;
  }

  /** Keeps {@code event} if it is a report with traffic; returns at once. */
  public void accept(JsonObject event) {
    if (REPORT.equals(event.getValue("type"))
        && event.getValue("member") instanceof String member
        && event.containsKey("traffic")
        && (arrived.containsKey(member) || arrived.size() < MOST_MEMBERS)) {
      arrived.put(member, new Arrived(event, nanos.getAsLong()));
    }
  }

  /**
   * This member has made {@code event}: the time for the next point of the series, unless it is the
   * second report in 5 s. Takes milliseconds with many members.
   */
  public void reported(JsonObject event, List<MemberInfo> members) {
    accept(event);
    Totals sum = addUp(String.valueOf(event.getValue("member")), members);
    if (sum != null) {
      onStep.accept(sum);
    }
  }

  /** Null = this step has its sum already. */
  private synchronized @Nullable Totals addUp(String self, List<MemberInfo> members) {
    long step = currentStep();
    if (step <= lastStep) {
      return null;
    }
    lastStep = step;
    long now = nanos.getAsLong();
    Set<String> ids = members.stream().map(MemberInfo::id).collect(Collectors.toSet());
    arrived.entrySet().removeIf(each -> now - each.getValue().at() > STALE_NANOS);
    Totals sum = new Totals(step * SeriesStore.STEP_SECONDS);
    forgetOldConnects();
    arrived.forEach(
        (member, each) -> {
          if (ids.contains(member)) {
            add(each, member.equals(self), sum);
          }
        });
    steppedAt = now;
    sum.complete(connects);
    store.put(step, sum);
    totals = sum;
    return sum;
  }

  private long currentStep() {
    return clock.instant().getEpochSecond() / SeriesStore.STEP_SECONDS;
  }

  private void add(Arrived event, boolean own, Totals sum) {
    TrafficReport report = TrafficReport.of(event.event(), event.at());
    if (report == null) {
      return;
    }
    sum.add(report, own);
    if (event.at() - steppedAt > 0) {
      report.backends().forEach((name, entry) -> addConnects(name, TrafficReport.numbers(entry)));
    }
  }

  private void addConnects(String backend, List<?> numbers) {
    for (int i = Counts.SIZE; i + 1 < numbers.size(); i += 2) {
      int bucket = Math.floorMod((int) TrafficReport.number(numbers, i), ConnectTimes.BUCKETS);
      connects.computeIfAbsent(backend, any -> new float[ConnectTimes.BUCKETS])[bucket] +=
          (float) TrafficReport.number(numbers, i + 1);
    }
  }

  private void forgetOldConnects() {
    connects
        .values()
        .removeIf(
            counts -> {
              float sum = 0;
              for (int i = 0; i < counts.length; i++) {
                counts[i] *= DECAY;
                sum += counts[i];
              }
              return sum < FEW_CONNECTS;
            });
  }

  /** As of the last point of the series. */
  public Totals totals() {
    return totals;
  }

  /** Calls {@code listener}, on a worker, with each further point of the series; set once. */
  public void onStep(Consumer<Totals> listener) {
    onStep = listener;
  }

  /** What the member with that id has reported; empty = nothing, as older ones do. */
  public Optional<MemberState> state(String member) {
    TrafficReport report = totals.report(member);
    return Optional.ofNullable(report)
        .map(
            each ->
                new MemberState(
                    each.lagMillis(),
                    each.maxSessions(),
                    each.notReady(),
                    each.problems(),
                    TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - each.arrived())));
  }

  /** {@code {step, from, sessions, connections, bytesIn, bytesOut, errors, reasons}}. */
  public JsonObject series(SeriesKey key) {
    return store.toJson(key);
  }

  /** What this member has kept, at most 1 MiB; takes milliseconds. */
  public byte[] history() {
    return SeriesHistory.write(store);
  }

  /** Adds what another member has kept; throws IOException, and adds nothing, for anything else. */
  public void addHistory(byte[] bytes) throws IOException {
    SeriesHistory.read(bytes, currentStep(), store);
  }
}
