package dev.fairlead.pool.health;

import dev.fairlead.net.ConnectFailure;

/**
 * How one probe ended.
 *
 * @param reason a few words for the log, never with an address: {@code status 503}
 */
public record Outcome(Kind kind, String reason) {
  /** What the probe says of the backend. */
  public enum Kind {
    WELL,
    FAILED,
    /** Nothing: the fault is this machine's. */
    INCONCLUSIVE
  }

  static Outcome well(String reason) {
    return new Outcome(Kind.WELL, reason);
  }

  static Outcome failed(String reason) {
    return new Outcome(Kind.FAILED, reason);
  }

  static Outcome inconclusive(String reason) {
    return new Outcome(Kind.INCONCLUSIVE, reason);
  }

  /** A connection could not be made. */
  public static Outcome of(ConnectFailure failure) {
    return failure.isLocal() ? inconclusive(failure.cause()) : failed(failure.cause());
  }
}
