package dev.fairlead.live;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The last 15 minutes, one point every 5 s: for the total, and for each listener, pool, backend and
 * member that had traffic. A series needs 3.6 KB, and at most {@link #MOST} are kept: a new one
 * takes the place of the one that had no traffic for longest. Thread-safe.
 */
final class SeriesStore {
  static final int STEP_SECONDS = 5;
  static final int POINTS = 180;

  /** Raising it costs 3.6 MB for each thousand. */
  static final int MOST = 2_000;

  private final Map<SeriesKey, float[][]> series = new HashMap<>();
  private final Map<SeriesKey, Long> lastUse = new HashMap<>();

  /** The step of each point that is known. */
  private final long[] known = new long[POINTS];

  /** The latest step, 0 = none. */
  private long latest;

  /** Adds the points of {@code step}, which must not be before the latest one. */
  synchronized void put(long step, Totals totals) {
    begin(step);
    totals.forEach(
        (key, counts) -> {
          if (!counts.isZero()) {
            float[][] rings = rings(key, step);
            for (int i = 0; i < Counts.SIZE; i++) {
              rings[i][index(step)] = (float) counts.value(i);
            }
          }
        });
    totals
        .reasons()
        .forEach(
            (reason, rate) ->
                rings(SeriesKey.reason(reason), step)[0][index(step)] = rate.floatValue());
  }

  /** Makes {@code step} the latest: clears the points of 15 minutes before, which it replaces. */
  private void begin(long step) {
    long from = Math.max(latest + 1, step - POINTS + 1);
    for (long each = from; each <= step; each++) {
      int index = index(each);
      series.values().forEach(rings -> clear(rings, index));
    }
    latest = Math.max(latest, step);
    known[index(step)] = step;
    lastUse.values().removeIf(last -> last <= latest - POINTS);
    series.keySet().retainAll(lastUse.keySet());
  }

  private static void clear(float[][] rings, int index) {
    for (float[] ring : rings) {
      ring[index] = 0;
    }
  }

  private float[][] rings(SeriesKey key, long step) {
    float[][] rings = series.get(key);
    if (rings == null) {
      if (series.size() >= MOST) {
        forgetOldest();
      }
      rings = new float[Counts.SIZE][POINTS];
      series.put(key, rings);
    }
    lastUse.merge(key, step, Math::max);
    return rings;
  }

  private void forgetOldest() {
    lastUse.entrySet().stream()
        .min(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .ifPresent(
            oldest -> {
              lastUse.remove(oldest);
              series.remove(oldest);
            });
  }

  /** {@code step, from, sessions...}; a point is null where nothing is known of that time. */
  synchronized JsonObject toJson(SeriesKey key) {
    float[][] rings = series.get(key);
    JsonObject json =
        new JsonObject()
            .put("step", STEP_SECONDS)
            .put("from", (latest - POINTS + 1) * STEP_SECONDS);
    for (int i = 0; i < Counts.SIZE; i++) {
      json.put(Counts.NAMES.get(i), points(rings == null ? null : rings[i]));
    }
    JsonObject ofReasons = new JsonObject();
    if (key.equals(SeriesKey.TOTAL)) {
      series.forEach(
          (each, ofReason) -> {
            if (each.isReason()) {
              ofReasons.put(each.name(), points(ofReason[0]));
            }
          });
    }
    return json.put("reasons", ofReasons);
  }

  private JsonArray points(float @Nullable [] ring) {
    JsonArray points = new JsonArray();
    for (long step = latest - POINTS + 1; step <= latest; step++) {
      if (!isKnown(step)) {
        points.addNull();
      } else {
        points.add(ring == null ? 0 : Counts.rounded(ring[index(step)]));
      }
    }
    return points;
  }

  private boolean isKnown(long step) {
    return step > 0 && known[index(step)] == step;
  }

  /** The most important first, see {@link SeriesKey#rank}. */
  synchronized List<SeriesKey> keys() {
    return series.keySet().stream().sorted(Comparator.comparingInt(SeriesKey::rank)).toList();
  }

  /** The known steps of the last 15 minutes, the oldest first. */
  synchronized long[] steps() {
    return LongStream.rangeClosed(latest - POINTS + 1, latest).filter(this::isKnown).toArray();
  }

  /**
   * The values at {@code steps} of one of {@link Counts#NAMES}, by its index; empty if there is no
   * such series.
   */
  synchronized Optional<float[]> values(SeriesKey key, int count, long[] steps) {
    float[][] rings = series.get(key);
    if (rings == null) {
      return Optional.empty();
    }
    float[] values = new float[steps.length];
    for (int i = 0; i < steps.length; i++) {
      values[i] = rings[count][index(steps[i])];
    }
    return Optional.of(values);
  }

  /**
   * Takes over from another member what is not known here, all of it or, in the order of {@code
   * past}, as many series as there is room for.
   *
   * @param now the step up to which there may be points
   * @param steps those the other member knows, ascending
   * @param past for each series and each of {@link Counts#NAMES} the values at {@code steps}
   */
  synchronized void merge(long now, long[] steps, Map<SeriesKey, float[][]> past) {
    if (latest < now) {
      begin(now);
      known[index(now)] = 0;
    }
    past.forEach((key, values) -> fill(key, steps, values));
    for (long step : steps) {
      if (fits(step)) {
        known[index(step)] = step;
      }
    }
  }

  private void fill(SeriesKey key, long[] steps, float[][] values) {
    for (int count = 0; count < Counts.SIZE; count++) {
      for (int i = 0; i < steps.length; i++) {
        if (fits(steps[i]) && !isKnown(steps[i]) && values[count][i] != 0) {
          rings(key, steps[i])[count][index(steps[i])] = values[count][i];
        }
      }
    }
  }

  private boolean fits(long step) {
    return step > latest - POINTS && step <= latest;
  }

  private static int index(long step) {
    return Math.floorMod(step, POINTS);
  }
}
