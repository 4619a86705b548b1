package dev.fairlead.live;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Live sessions, and connections, bytes from and to clients, and errors, each per second. Errors
 * are refused clients; of a member and the total also sessions that reached no backend; at a
 * backend and its pool failed connects. Not thread-safe until it is published.
 */
public final class Counts {
  /** In the order of {@link #value}, so the constants below; the names are API. */
  static final List<String> NAMES =
      List.of("sessions", "connections", "bytesIn", "bytesOut", "errors");

  static final int SIZE = NAMES.size();

  private static final int SESSIONS = 0;
  private static final int CONNECTIONS = 1;
  private static final int BYTES_IN = 2;
  private static final int BYTES_OUT = 3;
  private static final int ERRORS = 4;

  private final double[] values = new double[SIZE];

  /** Adds what a member reports: live sessions, then what was counted in {@code seconds}. */
  void add(List<?> reported, double seconds) {
    values[SESSIONS] += TrafficReport.number(reported, SESSIONS);
    for (int i = CONNECTIONS; i < SIZE; i++) {
      values[i] += TrafficReport.number(reported, i) / seconds;
    }
  }

  void addErrors(double perSecond) {
    values[ERRORS] += perSecond;
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
    return values[SESSIONS];
  }

  /** Per second, as it is shown: with one digit after the point. */
  public double connections() {
    return rounded(values[CONNECTIONS]);
  }

  /** From clients, per second. */
  public long bytesIn() {
    return Math.round(values[BYTES_IN]);
  }

  /** To clients, per second. */
  public long bytesOut() {
    return Math.round(values[BYTES_OUT]);
  }

  /** Per second, with one digit after the point. */
  public double errors() {
    return rounded(values[ERRORS]);
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
        .put("sessions", (long) values[SESSIONS])
        .put("connections", connections())
        .put("bytesIn", bytesIn())
        .put("bytesOut", bytesOut())
        .put("errors", errors());
  }

  static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
