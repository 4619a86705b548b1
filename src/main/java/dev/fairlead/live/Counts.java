package dev.fairlead.live;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Live sessions, and connections, bytes from and to clients, and errors, each per second. Errors
 * are refused clients; of a member and the total also sessions that reached no backend; at a
 * backend and its pool failed connects. Not thread-safe until it is published.
 */
public final class Counts {
  /** In the order of {@link #value}; the names are API. */
  static final List<String> NAMES =
      List.of("sessions", "connections", "bytesIn", "bytesOut", "errors");

  static final int SIZE = NAMES.size();

  private final double[] values = new double[SIZE];

  /** Adds what a member reports: live sessions, then what was counted in {@code seconds}. */
  void add(List<?> reported, double seconds) {
    values[0] += TrafficReport.number(reported, 0);
    for (int i = 1; i < SIZE; i++) {
      values[i] += TrafficReport.number(reported, i) / seconds;
    }
  }

  void addErrors(double perSecond) {
    values[4] += perSecond;
  }

  void add(Counts other) {
    for (int i = 0; i < SIZE; i++) {
      values[i] += other.values[i];
    }
  }

  double value(int index) {
    return values[index];
  }

  public double sessions() {
    return values[0];
  }

  /** As numbers are shown: with one digit after the point. */
  public double connections() {
    return rounded(values[1]);
  }

  public long bytesIn() {
    return Math.round(values[2]);
  }

  public long bytesOut() {
    return Math.round(values[3]);
  }

  public double errors() {
    return rounded(values[4]);
  }

  boolean isZero() {
    for (double value : values) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("sessions", (long) values[0])
        .put("connections", connections())
        .put("bytesIn", bytesIn())
        .put("bytesOut", bytesOut())
        .put("errors", errors());
  }

  static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
