package dev.fairlead.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the last 15 minutes are kept, in bounded memory. Provoked with more series, and more
 * steps, than there is room for. A failure would look like values of an hour ago in a chart.
 */
class SeriesStoreTest {
  private final SeriesStore store = new SeriesStore();

  private static Totals listeners(String prefix, int count) {
    JsonObject counts = new JsonObject();
    IntStream.range(0, count)
        .forEach(i -> counts.put(prefix + i, new JsonArray("[1, 0, 0, 0, 0]")));
    JsonObject traffic = new JsonObject().put("millis", 5000).put("listeners", counts);
    Totals totals = new Totals(0);
    totals.add(new TrafficReport("id", "m1", 0, 5, traffic), true);
    return totals;
  }

  @Test
  void seriesEndsFifteenMinutesAfterItsLastTraffic() {
    store.put(1_000, listeners("old", 1));
    store.put(1_000 + SeriesStore.POINTS - 1, new Totals(0));
    assertThat(store.keys()).contains(new SeriesKey("listener", "old0"));
    store.put(1_000 + SeriesStore.POINTS, new Totals(0));
    assertThat(store.keys()).isEmpty();
  }

  @Test
  void seriesWithoutTrafficForLongestIsForgottenFirst() {
    store.put(1, listeners("first", 900));
    store.put(2, listeners("second", 900));
    store.put(3, listeners("third", 900));
    assertThat(store.keys()).hasSize(SeriesStore.MOST);
    assertThat(store.keys())
        .filteredOn(key -> key.name().startsWith("third") || key.name().startsWith("second"))
        .hasSize(1_800);
  }

  @Test
  void mostImportantSeriesComeFirst() {
    List<SeriesKey> wanted =
        List.of(
            SeriesKey.TOTAL,
            SeriesKey.reason("drain"),
            SeriesKey.pool("web"),
            SeriesKey.member("m1"),
            SeriesKey.listener("web"),
            SeriesKey.backend("web/b"),
            new SeriesKey("of a newer member", "x"));
    Map<SeriesKey, float[][]> past = new HashMap<>();
    wanted.forEach(key -> past.put(key, new float[][] {{1}, {1}, {1}, {1}, {1}}));
    store.merge(1_000, new long[] {999}, past);
    assertThat(store.keys()).isEqualTo(wanted);
  }

  @Test
  void turnOfTheRingLeavesNoOldValues() {
    store.put(1, listeners("web", 1));
    for (int step = 2; step < 3 * SeriesStore.POINTS; step++) {
      store.put(step, listeners("other", 1));
    }
    JsonObject json = store.toJson(new SeriesKey("listener", "web0"));
    assertThat(json.getJsonArray("sessions").stream()).containsOnly(0.0);
  }
}
