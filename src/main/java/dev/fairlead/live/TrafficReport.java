package dev.fairlead.live;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a member's {@code MetricsReport} says in {@code traffic} about the time since the report
 * before it, written by {@link TrafficWriter}. Any application may publish on the event bus: {@link
 * #of} is null for what is no report, and values of another type are absent or 0 for readers.
 * Immutable; its JSON must not be changed.
 *
 * @param member id of its node
 * @param name of the member, which may change
 * @param arrived as {@link System#nanoTime}
 * @param seconds for which it counts, above 0
 */
record TrafficReport(String member, String name, long arrived, double seconds, JsonObject json) {
  /** Entries of each kind; raising it costs every member time and the event bus bytes. */
  static final int MOST_ENTRIES = 1_000;

  static final String MILLIS = "millis";
  static final String LAG = "lagMillis";
  static final String MAX_SESSIONS = "maxSessions";
  static final String NOT_READY = "notReady";
  static final String PROBLEMS = "problems";
  static final String REASONS = "reasons";
  static final String LISTENERS = "listeners";
  static final String BACKENDS = "backends";
  static final String REFUSED = "refused";
  static final String LIMITS = "limits";
  static final String LIMIT_REFUSED = "limitRefused";

  /** Null = it is no report, or one without traffic, as those of older members. */
  static @Nullable TrafficReport of(JsonObject event, long arrived) {
    if (event.getValue("member") instanceof String member
        && event.getValue("name") instanceof String name
        && event.getValue("traffic") instanceof JsonObject json) {
      double millis = number(json.getValue(MILLIS));
      return millis > 0 ? new TrafficReport(member, name, arrived, millis / 1000, json) : null;
    }
    return null;
  }

  double lagMillis() {
    return number(json.getValue(LAG));
  }

  int maxSessions() {
    return json.getValue(MAX_SESSIONS) instanceof Number number ? number.intValue() : 0;
  }

  List<String> notReady() {
    return array(NOT_READY).stream().map(String::valueOf).toList();
  }

  /** {@code {path, message}} of its own file. */
  List<JsonObject> problems() {
    return array(PROBLEMS).stream()
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .toList();
  }

  /** Ends of sessions and refusals, by reason. */
  Map<String, Object> reasons() {
    return entries(REASONS);
  }

  /** By name: as of {@link Counts#add}. */
  Map<String, Object> listeners() {
    return entries(LISTENERS);
  }

  /** By {@code pool/id}: as of {@link Counts#add}, then pairs of a bucket and its connects. */
  Map<String, Object> backends() {
    return entries(BACKENDS);
  }

  /** By listener: refused clients by reason. */
  Map<String, Object> refused() {
    return entries(REFUSED);
  }

  /** By key of a limit: clients that it refused, by reason. */
  Map<String, Object> limitRefused() {
    return entries(LIMIT_REFUSED);
  }

  /** By key: used and waiting. */
  Map<String, Object> limits() {
    return entries(LIMITS);
  }

  /** At most {@link #MOST_ENTRIES}; not wrapped, because there are thousands in a second. */
  private Map<String, Object> entries(String key) {
    Map<String, Object> found =
        json.getValue(key) instanceof JsonObject object ? object.getMap() : Map.of();
    return found.size() <= MOST_ENTRIES ? found : Map.of();
  }

  /** The numbers of an entry, which in this member's own report has not been decoded. */
  static List<?> numbers(@Nullable Object entry) {
    if (entry instanceof JsonArray array) {
      return array.getList();
    }
    return entry instanceof List<?> list ? list : List.of();
  }

  /** The counts of an entry by their names; the same. */
  static Map<?, ?> counts(@Nullable Object entry) {
    if (entry instanceof JsonObject json) {
      return json.getMap();
    }
    return entry instanceof Map<?, ?> map ? map : Map.of();
  }

  static double number(List<?> numbers, int index) {
    return index < numbers.size() ? number(numbers.get(index)) : 0;
  }

  static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : 0;
  }

  private JsonArray array(String key) {
    return json.getValue(key) instanceof JsonArray found ? found : new JsonArray();
  }
}
